"""Made-up traces for the players of the test app: no model, so that the app starts in a moment."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FakeTrace:
    shape: tuple[int, int]
    levels: int
    temperature: float
    order: np.ndarray
    values: np.ndarray
    parameters: np.ndarray
    noise: np.ndarray
    given: np.ndarray
    log_likelihood: np.ndarray


def drawn(parameters: np.ndarray, noise: np.ndarray, temperature: float) -> np.ndarray:
    """The sampler's rule. parameters (N, K, P), noise (N, K) → values (N, K)."""
    if parameters.shape[-1] == 1:
        return (noise < 1 / (1 + np.exp(-parameters[..., 0] / temperature))).astype(np.uint8)
    p = np.exp((parameters - parameters.max(-1, keepdims=True)) / temperature)
    p /= p.sum(-1, keepdims=True)
    return np.minimum((np.cumsum(p, -1) <= noise[..., None]).sum(-1), p.shape[-1] - 1).astype(np.uint8)


def fake_trace(
    samples: int, shape: tuple[int, int], levels: int, seed: int, temperature: float = 1.0, given_rows: int = 0
) -> FakeTrace:
    """Rings that stand for digits, with logits that know them well and noise that sometimes surprises."""
    generator = np.random.default_rng(seed)
    height, width = shape
    rows, columns = np.mgrid[0:height, 0:width] / max(shape)
    centres, radii = generator.uniform(0.4, 0.6, (samples, 2)), generator.uniform(0.2, 0.33, samples)
    distance = np.hypot(rows[None] - centres[:, 0, None, None], 1.6 * (columns[None] - centres[:, 1, None, None]))
    ink = np.exp(-(((distance - radii[:, None, None]) / 0.055) ** 2)).reshape(samples, -1)  # (N, K) in 0 … 1
    if levels == 2:
        parameters = (10 * ink - 5 + generator.normal(0, 0.8, ink.shape))[..., None]
    else:
        grid = np.arange(levels)
        parameters = -((grid - ink[..., None] * (levels - 1)) ** 2) / 6 + generator.normal(0, 0.4, (*ink.shape, levels))
    parameters = parameters.astype(np.float32)
    noise = generator.uniform(size=ink.shape).astype(np.float32)
    values = drawn(parameters.astype(np.float64), noise, temperature)
    if levels == 2:
        log_p = -np.logaddexp(0, np.where(values == 1, -parameters[..., 0], parameters[..., 0]))
    else:
        log_z = np.log(np.exp(parameters).sum(-1))
        log_p = np.take_along_axis(parameters, values[..., None].astype(int), -1)[..., 0] - log_z
    given = np.zeros(ink.shape, dtype=bool)
    given[:, : given_rows * width] = True
    return FakeTrace(
        shape=shape,
        levels=levels,
        temperature=temperature,
        order=np.arange(height * width, dtype=np.int32),
        values=values,
        parameters=parameters,
        noise=noise,
        given=given,
        log_likelihood=np.cumsum(log_p, -1).astype(np.float32),
    )


def forked(trace: FakeTrace, step: int) -> FakeTrace:
    """Two futures of sample 0: as it was, and with the value of `step` turned over and other pixels after it."""
    other = trace.values[0].copy()
    other[step] = 1 - other[step]
    after = np.arange(len(other)) > step
    other[after] = np.where(np.random.default_rng(1).uniform(size=after.sum()) < 0.06, 1 - other[after], other[after])
    given = np.zeros((2, len(other)), dtype=bool)
    given[1, step] = True
    twice = {name: np.repeat(getattr(trace, name)[:1], 2, axis=0) for name in ("parameters", "noise", "log_likelihood")}
    return FakeTrace(
        trace.shape,
        trace.levels,
        trace.temperature,
        trace.order,
        values=np.stack([trace.values[0], other]),
        given=given,
        **twice,
    )
