"""Stand-ins for the UCI tables of the density-estimation papers: the same shapes, and a distribution that is known.

The sets themselves (Germain et al. 2015, table 4) do not come with this project. A stand-in has their number of columns
and of rows in each split, roughly their entropy and the kind of structure that makes them hard: categories written as
one-hot columns with deterministic ties, sparse words from a few topics, noisy shifted pictures, chains of letters.
Since the distribution is written down, −log p of a test row under the truth says how far a model could get.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Sampled = tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]  # rows (N, D), and the function that gives their log p


@dataclass(frozen=True)
class World:
    """train, valid, test: (N, D) uint8. truth: (N,) −log p of the test rows under the distribution itself, nats."""

    name: str
    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray
    truth: np.ndarray


def mixture(rng: np.random.Generator, rows: int, weights: np.ndarray, means: np.ndarray) -> Sampled:
    """Rows of a mixture of products of Bernoullis, weights (K,), means (K, D), and the function that gives log p."""
    component = rng.choice(len(weights), rows, p=weights)
    x = (rng.random((rows, means.shape[1])) < means[component]).astype(np.uint8)

    def log_p(x: np.ndarray) -> np.ndarray:
        joint = x @ np.log(means).T + (1 - x) @ np.log1p(-means).T + np.log(weights)
        top = joint.max(1)
        return top + np.log(np.exp(joint - top[:, None]).sum(1))

    return x, log_p


def words(rng: np.random.Generator, rows: int, columns: int, expected: float, topics: int, spread: float) -> Sampled:
    """Sparse columns: words whose odds differ between topics by a factor of about exp(spread)."""
    popular = rng.gamma(0.7, 1.0, columns)
    popular *= expected / popular.sum()
    logits = np.log(np.clip(popular, 1e-4, 0.9)) + spread * rng.normal(size=(topics, columns)) - spread**2 / 2
    means = np.clip(np.exp(logits), 1e-4, 0.95)
    return mixture(rng, rows, rng.dirichlet(np.full(topics, 2.0)), means)


def letters(rng: np.random.Generator, rows: int, noise: float = 0.03, styles: int = 4) -> Sampled:
    """16×8 pictures: strokes of 26 letters in a few styles, shifted by up to one pixel, with noise in every pixel."""
    shapes = []
    for _ in range(26 * styles):
        picture = np.zeros((18, 10))
        r, c = rng.integers(3, 15), rng.integers(2, 8)
        for _ in range(rng.integers(3, 6)):  # strokes in one of four directions
            dr, dc = [(0, 1), (1, 0), (1, 1), (1, -1)][rng.integers(4)]
            for _ in range(rng.integers(4, 9)):
                picture[r, c] = 1
                r, c = np.clip(r + dr, 1, 16), np.clip(c + dc, 1, 8)
            r, c = rng.integers(2, 16), rng.integers(1, 9)
        shapes += [np.roll(picture, (i, j), (0, 1))[1:17, 1:9].ravel() for i in (-1, 0, 1) for j in (-1, 0, 1)]
    means = np.clip(np.stack(shapes), noise, 1 - noise)
    return mixture(rng, rows, rng.dirichlet(np.full(len(means), 3.0)), means)


def categories(rng: np.random.Generator, rows: int, sizes: list[int], pull: float, parents: int) -> Sampled:
    """One-hot blocks of categorical variables, each drawn given `parents` earlier ones: log-odds of size `pull`.

    Half of the log-odds is a sum over the parents, half belongs to each combination of their values.
    """
    tables, above = [], []
    for i, size in enumerate(sizes):
        chosen = rng.permutation(i)[: min(parents, i)]
        above.append(chosen)
        shape = int(np.prod([sizes[j] for j in chosen])) if len(chosen) else 1
        logits = rng.normal(size=(*(sizes[j] for j in chosen), size)) / 2
        for axis, j in enumerate(chosen):
            one = [1] * len(chosen) + [size]
            one[axis] = sizes[j]
            logits = logits + rng.normal(size=one) / np.sqrt(len(chosen))
        p = np.exp(pull * logits).reshape(shape, size)
        tables.append(p / p.sum(1, keepdims=True))
    values = np.zeros((rows, len(sizes)), int)

    def context(values: np.ndarray, i: int) -> np.ndarray:
        index = np.zeros(len(values), int)
        for j in above[i]:
            index = index * sizes[j] + values[:, j]
        return index

    for i in range(len(sizes)):
        p = tables[i][context(values, i)].cumsum(1)
        values[:, i] = np.minimum((rng.random((rows, 1)) > p).sum(1), sizes[i] - 1)
    x = np.concatenate([np.eye(size, dtype=np.uint8)[values[:, i]] for i, size in enumerate(sizes)], 1)
    starts = np.cumsum([0, *sizes])

    def log_p(x: np.ndarray) -> np.ndarray:
        read = np.stack([x[:, a:b].argmax(1) for a, b in itertools.pairwise(starts)], 1)
        return sum(np.log(tables[i][context(read, i), read[:, i]]) for i in range(len(sizes)))

    return x, log_p


def chains(rng: np.random.Generator, rows: int, places: int = 60, kinds: int = 3) -> Sampled:
    """A sequence of four letters in three columns each (the fourth is 000): a Markov chain with a motif per kind."""
    chain = rng.dirichlet(np.full(4, 8.0), 4)
    emission = np.ones((kinds, places, 4))
    for kind in range(1, kinds):  # the motif: about ten places in the middle where letters are far from uniform
        emission[kind, 26:36] = rng.dirichlet(np.full(4, 0.35), 10) + 0.02
    weights = np.array([0.5, 0.25, 0.25])

    def transition(kind: int, place: int) -> np.ndarray:
        p = chain * emission[kind, place]
        return p / p.sum(1, keepdims=True)

    kind = rng.choice(kinds, rows, p=weights)
    values = np.zeros((rows, places), int)
    for n in range(rows):
        last = 0
        for place in range(places):
            last = rng.choice(4, p=transition(kind[n], place)[last])
            values[n, place] = last
    code = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]], np.uint8)

    def log_p(x: np.ndarray) -> np.ndarray:
        blocks = x.reshape(len(x), places, 3)
        read = np.where(blocks.any(2), blocks.argmax(2), 3)
        joint = np.tile(np.log(weights), (len(x), 1))
        for k in range(kinds):
            last = np.zeros(len(x), int)
            for place in range(places):
                joint[:, k] += np.log(transition(k, place)[last, read[:, place]])
                last = read[:, place]
        top = joint.max(1)
        return top + np.log(np.exp(joint - top[:, None]).sum(1))

    return code[values].reshape(rows, -1), log_p


ROWS = {  # train, valid, test rows (Germain et al. 2015, table 4, gives the sets; test rows are at most 10,000 here)
    "adult": (5000, 1414, 10000),
    "connect4": (16000, 4000, 10000),
    "dna": (1400, 600, 1186),
    "mushrooms": (2000, 500, 5624),
    "nips": (400, 100, 1240),
    "ocr": (32152, 10000, 10000),
    "rcv1": (40000, 10000, 10000),
    "web": (14000, 3188, 10000),
}
SAMPLERS = {
    "adult": lambda rng, n: categories(rng, n, [9] * 13 + [6], 3.0, 2),  # 123 columns
    "connect4": lambda rng, n: categories(rng, n, [3] * 42, 4.0, 3),  # 126 columns
    "dna": chains,  # 180 columns
    "mushrooms": lambda rng, n: categories(rng, n, [5] * 20 + [6] * 2, 4.0, 2),  # 112 columns
    "nips": lambda rng, n: words(rng, n, 500, 190.0, 12, 0.45),
    "ocr": letters,  # 128 columns
    "rcv1": lambda rng, n: words(rng, n, 150, 16.0, 60, 1.2),
    "web": lambda rng, n: words(rng, n, 300, 8.0, 60, 1.5),
}


def world(name: str, seed: int = 0) -> World:
    """The stand-in called `name`. Pure function of its arguments."""
    counts = ROWS[name]
    rng = np.random.default_rng([seed, *name.encode()])
    x, log_p = SAMPLERS[name](rng, sum(counts))
    train, valid, test = np.split(x, np.cumsum(counts)[:2])
    return World(name, train, valid, test, -log_p(test.astype(float)))


# --- Baselines -------------------------------------------------------------------------------------------------------


def independent(train: np.ndarray, test: np.ndarray) -> float:
    """Mean −log p of test rows, every column on its own, with add-one smoothing."""
    p = (train.sum(0) + 1) / (len(train) + 2)
    return float(-(test * np.log(p) + (1 - test) * np.log1p(-p)).sum(1).mean())


def chow_liu(train: np.ndarray, test: np.ndarray) -> float:
    """Mean −log p of test rows under the best tree (Chow and Liu 1968), with add-one smoothing of its tables."""
    train, test = train.astype(float), test.astype(float)
    n, d = train.shape
    both = np.zeros((d, d, 2, 2))
    both[..., 1, 1] = train.T @ train
    both[..., 1, 0] = train.T @ (1 - train)
    both[..., 0, 1] = (1 - train).T @ train
    both[..., 0, 0] = (1 - train).T @ (1 - train)
    joint = (both + 0.5) / (n + 2)
    single = joint.sum(3)  # (D, D, 2): of the first
    other = joint.sum(2)
    information = (joint * np.log(joint / (single[..., :, None] * other[..., None, :]))).sum((2, 3))
    inside, parent = {0}, np.full(d, -1)
    best, source = information[0].copy(), np.zeros(d, int)
    best[0] = -np.inf
    p = (train.mean(0) * n + 1) / (n + 2)
    total = test[:, 0] * np.log(p[0]) + (1 - test[:, 0]) * np.log1p(-p[0])
    while len(inside) < d:
        v = int(best.argmax())
        parent[v] = u = source[v]
        conditional = (both[u, v] + 1) / (both[u, v] + 1).sum(1, keepdims=True)  # (2 values of u, 2 of v)
        total = total + np.log(conditional[test[:, u].astype(int), test[:, v].astype(int)])
        inside.add(v)
        better = information[v] > best
        better[list(inside)] = False
        source[better] = v
        best = np.where(better, information[v], best)
        best[list(inside)] = -np.inf
    return float(-total.mean())
