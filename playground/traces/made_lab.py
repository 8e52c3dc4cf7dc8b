"""The trace of a small MADE: its masks, every path through them, and what the network itself does with them.

What the masks allow is counted (paths), and what the network does is measured apart from it: by gradient over all 2^D
states, by changing one input, and by adding up the probabilities of all states.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor, nn

from ..models import made_masks
from ..models.masked_network import MaskedNetwork, all_states, drawn_weights
from .base import Trace
from .made_settings import MadeLabSettings

STREAM = 2**32  # apart from the seeds that a visitor can choose: weights and x have generators of their own


@dataclass(frozen=True)
class MadeLabTrace(Trace):
    """A network of N nodes (D inputs, the hidden units, D outputs, in this order), D positions, S = 2^D states.

    hidden: (L,) units of each hidden layer. order: (D,) position generated at each step. strict: (2,) bool, whether
        the rules (hidden, output) are <; otherwise ≤. direct: whether there are direct connections.
    layer, unit, degree: (N,) int; layer 0 are the inputs, L + 1 the outputs. degree of a position: its step, from 1.
    slot: (N, N) bool [above, below], where the network has a weight at all. rule: (N, N) bool, the masks as the
        degrees make them. flipped: (N, N) bool, entries flipped by hand. open: (N, N) bool, the masks in use.
    leaking: (N, N) bool, entries in use on a path to an output from its own input or a later one.
    sees: (N, D) bool, which inputs have a path to the node; an input sees itself.
    reaches: (N, D) bool, to which outputs the node has a path; an output reaches itself.
    living: (N,) bool, whether a path from an input to an output runs through the node. A hidden unit that is not
        living is dead: without an input it is a constant, one more bias; without an output it is computed in vain.
    through: (N,) int, how many paths from inputs to outputs run through the node.
    paths: (D, D) int [output, input], all paths: the product of the masks, and the direct connections.
    triangular: whether `paths` is strictly triangular under the ordering.
    fits: (D,) an ordering under which it would be, or (0,) where there is none because inputs reach themselves.
    flips: (F, 3) int, the entries flipped by hand: mask, row, column. gained: (F,) int, how many paths run through the
        entry if it was opened, or would if it was closed. leaked: (F,) int, how many outputs' own or later inputs they
        join to an output; 0 for a closed one.
    weight: (N, N) float64 [above, below], drawn for every slot; bias: (N,) float64. Masks multiply the weights.
    x: (D,) uint8 the input looked at. conditional: (D,) p(x_i = 1 | …) there. change: (D, D) float64 [output, input],
        by how much it changes when x_j is flipped.
    jacobian: (D, D) float64 [output, input], root mean square over all S states of ∂logit_i/∂x_j, by gradient.
    states: (S, D) uint8. probability: (S,) float64, the product of the D conditionals. mended: (S,) the same without
        flips and with the strict rule at the output. total, mended_total: their sums.
    """

    hidden: np.ndarray
    order: np.ndarray
    strict: np.ndarray
    direct: bool
    layer: np.ndarray
    unit: np.ndarray
    degree: np.ndarray
    slot: np.ndarray
    rule: np.ndarray
    flipped: np.ndarray
    open: np.ndarray
    leaking: np.ndarray
    sees: np.ndarray
    reaches: np.ndarray
    living: np.ndarray
    through: np.ndarray
    paths: np.ndarray
    triangular: bool
    fits: np.ndarray
    flips: np.ndarray
    gained: np.ndarray
    leaked: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
    x: np.ndarray
    conditional: np.ndarray
    change: np.ndarray
    jacobian: np.ndarray
    states: np.ndarray
    probability: np.ndarray
    mended: np.ndarray
    total: float
    mended_total: float

    @property
    def inputs(self) -> int:
        """D."""
        return self.order.size

    def nodes(self, layer: int) -> np.ndarray:
        """The nodes of a layer; 0 are the inputs, −1 the outputs."""
        return np.flatnonzero(self.layer == (layer if layer >= 0 else self.hidden.size + 1))

    def block(self, number: int, of: np.ndarray) -> np.ndarray:
        """The block of an (N, N) array that belongs to mask `number`, [above, below]; 0 are direct connections."""
        above, below = (number, number - 1) if number else (-1, 0)
        return of[np.ix_(self.nodes(above), self.nodes(below))]

    def mask(self, number: int) -> np.ndarray:
        """Mask `number` in use, bool (units above, units below): 1 into the first hidden layer, … , 0 direct."""
        return self.block(number, self.open)

    def numbers(self) -> list[int]:
        """The numbers of all masks, outputs first as in the product, the direct connections last."""
        return [*range(self.hidden.size + 1, 0, -1), *([0] if self.direct else [])]

    def name(self, node: int) -> str:
        """x2 for an input or output, h1,3 for unit 3 of hidden layer 1."""
        layer, unit = self.layer[node], self.unit[node]
        return f"h{layer},{unit}" if 0 < layer <= self.hidden.size else f"x{unit}"

    def forbidden(self) -> np.ndarray:
        """(D, D) bool [output, input]: the input is the output's own or comes later in the ordering."""
        step = np.argsort(self.order)
        return step[None, :] >= step[:, None]

    def agrees(self) -> bool:
        """Whether gradients flow exactly where the masks leave a path."""
        return bool(((self.jacobian > 0) == (self.paths > 0)).all())

    def cycle(self) -> list[int]:
        """Positions each of which is seen by the next, the last by the first: the shortest; [] for none."""
        seen = self.paths > 0
        best: list[int] = []
        for start in range(self.inputs):
            reached, front = {start: [start]}, [start]
            while front and not (best and len(reached[front[0]]) >= len(best)):
                here = front.pop(0)
                for output in np.flatnonzero(seen[:, here]).tolist():
                    if output == start:
                        best, front = reached[here], []
                        break
                    if output not in reached:
                        reached[output] = [*reached[here], output]
                        front.append(output)
        return best

    def save(self, path: str | io.BytesIO) -> None:
        """Every field as `.npz`, and each mask apart: mask_1, …, and mask_0 for the direct connections."""
        masks = {f"mask_{number}": self.mask(number) for number in self.numbers()}
        np.savez_compressed(path, **{f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}, **masks)

    def to_csv(self) -> str:
        """One row for each mask entry."""
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        names = ("above", "below", "degree_above", "degree_below")
        writer.writerow(["mask", "row", "column", *names, "entry", "by_rule", "flipped", "on_a_path"])
        for number in self.numbers():
            above, below = (number, number - 1) if number else (-1, 0)
            for a in self.nodes(above):
                for b in self.nodes(below):
                    on_path = self.open[a, b] and self.sees[b].any() and self.reaches[a].any()
                    flags = (self.open[a, b], self.rule[a, b], self.flipped[a, b], on_path)
                    called = (self.name(a), self.name(b), self.degree[a], self.degree[b])
                    writer.writerow([number, self.unit[a], self.unit[b], *called, *map(int, flags)])
        return buffer.getvalue()


def made_lab(
    settings: MadeLabSettings, model: nn.Module | None = None, progress: Callable[[float], None] | None = None
) -> MadeLabTrace:
    """The network that the settings describe, taken apart. Needs no model."""
    sizes, positions = settings.sizes(), settings.inputs
    order, degrees = _order(settings), _degrees(settings)
    rules = {"hidden_strict": settings.hidden_rule == "strict", "output_strict": settings.output_rule == "strict"}
    masks = made_masks.masks(order, degrees, **rules)
    direct = made_masks.direct_mask(order, rules["output_strict"]) if settings.direct else None
    flips = settings.flipped()
    layers, shortcut = [mask.clone() for mask in masks], None if direct is None else direct.clone()
    for number, row, column in flips:
        target = layers[number - 1] if number else shortcut
        target[row, column] = ~target[row, column]
    paths = made_masks.path_counts(layers)
    paths = paths if shortcut is None else paths + shortcut.long()

    generator = torch.Generator().manual_seed(settings.seed + STREAM)
    weights, biases, across = drawn_weights([positions, *sizes, positions], generator)
    bits = settings.x or "".join(map(str, torch.randint(2, (positions,), generator=generator).tolist()))
    x = torch.tensor([int(bit) for bit in bits], dtype=torch.float64)
    network = MaskedNetwork(weights, biases, across, layers, shortcut)
    right = made_masks.masks(order, degrees, rules["hidden_strict"])
    intact = MaskedNetwork(weights, biases, across, right, made_masks.direct_mask(order) if settings.direct else None)
    states = all_states(positions)
    near = torch.cat([x[None], (x - torch.eye(positions, dtype=x.dtype)).abs()])  # (1 + D, D): x, each bit flipped
    # one by one: rows of a batch may be rounded differently, and what does not depend on a bit must not move at all
    p = torch.cat([network.logits(row[None]).sigmoid() for row in near])  # (1 + D, D)
    probability, mended = (net.log_prob(states).exp() for net in (network, intact))
    fits = made_masks.acyclic_order(paths > 0)

    steps = made_masks.input_degrees(order)
    widths = [positions, *sizes, positions]
    graph = _Graph(widths)
    return MadeLabTrace(
        hidden=np.array(sizes),
        order=order.numpy(),
        strict=np.array([rules["hidden_strict"], rules["output_strict"]]),
        direct=settings.direct,
        layer=np.repeat(np.arange(len(widths)), widths),
        unit=np.concatenate([np.arange(width) for width in widths]),
        degree=torch.cat([steps, *degrees, steps]).numpy(),
        slot=graph.joined([torch.ones_like(m) for m in masks], None if direct is None else torch.ones_like(direct)),
        rule=graph.joined(masks, direct),
        flipped=graph.joined(masks, direct) ^ graph.joined(layers, shortcut),
        open=graph.joined(layers, shortcut),
        **graph.connected(graph.joined(layers, shortcut), flips, order),
        paths=paths.numpy(),
        triangular=made_masks.strictly_triangular(paths > 0, order),
        fits=np.array(fits or [], int),
        weight=graph.joined(weights, across if settings.direct else None),
        bias=torch.cat([torch.zeros(positions, dtype=torch.float64), *biases]).numpy(),
        x=x.byte().numpy(),
        conditional=p[0].numpy(),
        change=(p[1:] - p[0]).T.numpy(),
        jacobian=network.sensitivity(states).numpy(),
        states=states.byte().numpy(),
        probability=probability.numpy(),
        mended=mended.numpy(),
        total=float(probability.sum()),
        mended_total=float(mended.sum()),
    )


def _order(settings: MadeLabSettings) -> Tensor:
    positions = settings.inputs
    if (given := settings.order()) is not None:
        return torch.tensor(given)
    if settings.ordering == "random":
        return torch.randperm(positions, generator=torch.Generator().manual_seed(settings.seed))
    return torch.arange(positions) if settings.ordering == "raster" else torch.arange(positions).flip(0)


def _degrees(settings: MadeLabSettings) -> list[Tensor]:
    if (given := settings.degree_lists()) is not None:
        return [torch.tensor(layer) for layer in given]
    if settings.degrees == "spread":
        return made_masks.spread_degrees(settings.inputs, settings.sizes())
    return made_masks.drawn_degrees(settings.inputs, settings.sizes(), torch.Generator().manual_seed(settings.seed))


class _Graph:
    """Matrices of layers laid into one of all nodes, [above, below], and the paths through it."""

    def __init__(self, widths: list[int]):
        ends = np.cumsum(widths)
        self.spans = [slice(end - width, end) for end, width in zip(ends, widths, strict=True)]
        self.nodes = int(ends[-1])

    def joined(self, layers: list[Tensor], direct: Tensor | None) -> np.ndarray:
        whole = np.zeros((self.nodes, self.nodes), layers[0].numpy().dtype)
        for below, above, block in zip(self.spans[:-1], self.spans[1:], layers, strict=True):
            whole[above, below] = block.numpy()
        if direct is not None:
            whole[self.spans[-1], self.spans[0]] = direct.numpy()
        return whole

    def connected(self, edges: np.ndarray, flips: tuple, order: Tensor) -> dict[str, np.ndarray]:
        """What follows from the masks in use: every path is counted once, layer by layer, up and down."""
        bottom, top = self.spans[0], self.spans[-1]
        up = np.zeros((self.nodes, bottom.stop), int)  # paths from each input to the node
        down = np.zeros((self.nodes, bottom.stop), int)  # paths from the node to each output
        up[bottom] = down[top] = np.eye(bottom.stop, dtype=int)
        for node in range(bottom.stop, self.nodes):
            up[node] = edges[node].astype(int) @ up
        for node in reversed(range(top.start)):
            down[node] = edges[:, node].astype(int) @ down
        step = made_masks.input_degrees(order).numpy()
        forbidden = step[None, :] >= step[:, None]  # (D, D) [output, input]
        pairs = (down > 0).astype(int) @ forbidden @ (up > 0).T  # (N, N) forbidden pairs joined by an entry
        through = up.sum(1) * down.sum(1)
        ends = [self.ends(*flip) for flip in flips]
        return {
            "sees": up > 0,
            "reaches": down > 0,
            "living": through > 0,
            "through": through,
            "leaking": edges & (pairs > 0),
            "flips": np.array(flips, int).reshape(-1, 3),
            "gained": np.array([up[below].sum() * down[above].sum() for above, below in ends], int),
            "leaked": np.array([pairs[end] * edges[end] for end in ends], int),
        }

    def ends(self, mask: int, row: int, column: int) -> tuple[int, int]:
        """The nodes (above, below) that a mask entry joins."""
        above, below = (self.spans[mask], self.spans[mask - 1]) if mask else (self.spans[-1], self.spans[0])
        return above.start + row, below.start + column
