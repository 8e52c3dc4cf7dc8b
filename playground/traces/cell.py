"""A recurrent cell reads a text: every gate, sum and state of every unit at every character, and what it expects next.

Hochreiter, Schmidhuber (1997). Long short-term memory. Neural Computation 9. Section 4; Gers, Schmidhuber, Cummins
(2000), Learning to forget, equations 1 to 6; Cho et al. (2014), arXiv:1406.1078, equations 5 to 8. Following one unit
through a text, and looking for units that a reader can name: Karpathy, Johnson, Fei-Fei (2015), Visualizing and
understanding recurrent networks, arXiv:1506.02078, section 4.2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..texts import read, written
from .base import ModelSettings, Trace

MOST_READ = 4_000  # characters that a cell is watched at
MOST_CELLS = 140_000  # steps × units that are kept, so that a canvas can be sent them
SCORES = ("lasts", "line", "word", "capital", "varies", "alike")
EXAMPLE = (
    "ROMEO:\nWhat light is this? It is the moon,\nAnd I, her fool, do follow where she goes.\n\nJULIET:\n"
    "Then follow me, and mind the garden wall."
)


class CellSettings(ModelSettings):
    """A recurrent checkpoint reads a text. What is not in its alphabet is left out."""

    kind: ClassVar[str] = "cell"
    text: str = Field(EXAMPLE, max_length=MOST_READ, description="what is read")


@dataclass(frozen=True)
class CellTrace(Trace):
    """S characters are read, so there are S + 1 steps: the first reads that nothing came before. U of H units are kept.

    cell: its kind, as `models.cells.CELLS` has it. layer: the layer that is watched, the top one, 1 … layers. symbols:
    the alphabet, V symbols. text: as it was typed. at: (S,) int64, where in it the read characters stand. codes: (S,)
    int64, places in the alphabet. gates: names along the axis G of gate, () for a plain cell. gate: (S + 1, G, U)
    float32. sums: names along the axis R: the blocks of rows of the cell's weights. from_input: (K, R, U) float32,
    W_i x + b_i of each different input. row: (S + 1,) int64, which of those K a step reads. from_hidden: (S + 1, R, U)
    float32, W_h h + b_h of the state before. memory, hidden: (S + 1, U) float32, c and h after the step; in a cell
    without a memory both are h. units: (U,) int64, their numbers, of `total` = H. score: (6, U) float32, see `scores`,
    named by SCORES. log_p: (S + 1, V) float32, log p of the next character after each step, nats.
    """

    cell: str
    layer: int
    layers: int
    symbols: str
    text: str
    at: np.ndarray
    codes: np.ndarray
    gates: tuple[str, ...]
    gate: np.ndarray
    sums: tuple[str, ...]
    from_input: np.ndarray
    row: np.ndarray
    from_hidden: np.ndarray
    memory: np.ndarray
    hidden: np.ndarray
    units: np.ndarray
    total: int
    score: np.ndarray
    log_p: np.ndarray

    @property
    def steps(self) -> int:
        """S."""
        return len(self.codes)

    @property
    def nats(self) -> np.ndarray:
        """(S,) −log p of each character given those before it."""
        return -self.log_p[np.arange(self.steps), self.codes]

    @property
    def telling(self) -> int:
        """The column of the unit to look at first: of those whose memory moves, the one that keeps it longest."""
        moves = self.score[SCORES.index("varies")]
        return int(np.where(moves >= np.median(moves), self.score[SCORES.index("lasts")], -2).argmax())


def cell_steps(settings: CellSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> CellTrace:
    """Read the text step by step and keep everything. InvalidInput if the checkpoint is no recurrent model of text."""
    if not hasattr(model, "cells") or not model.config.symbols:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no recurrent network of text")
    found = read(settings.text, model.config.symbols)
    held = _watched(model, torch.from_numpy(found.codes), progress)
    layer, memory = model.cells[-1], held["memory"]
    units = chosen_units(memory)
    kept = {name: np.ascontiguousarray(rows[..., units]) for name, rows in held.items() if name != "log_p"}
    gates = tuple(name for name in kept if name in layer.gates and name != "hidden")
    steps, width = len(found.codes) + 1, len(units)
    gate = np.stack([kept[name] for name in gates], 1) if gates else np.empty((steps, 0, width), np.float32)
    table, row = _inputs(model, held["projected"], found.codes)
    blocks = (-1, len(layer.gates), layer.hidden)
    return CellTrace(
        cell=model.config.cell,
        layer=len(model.cells),
        layers=len(model.cells),
        symbols=model.config.symbols,
        text=settings.text,
        at=found.at,
        codes=found.codes,
        gates=gates,
        gate=gate,
        sums=layer.gates,
        from_input=table.reshape(blocks)[..., units],
        row=row,
        from_hidden=held["from_hidden"].reshape(blocks)[..., units],
        memory=kept["memory"],
        hidden=kept["state"],
        units=units,
        total=layer.hidden,
        score=scores(kept["memory"], written(found.codes, model.config.symbols)),
        log_p=held["log_p"],
    )


@torch.inference_mode()
def _watched(model: nn.Module, codes: Tensor, progress: Callable[[float], None] | None) -> dict[str, np.ndarray]:
    """Every step's gates by name, state, memory, sums and log p: (S + 1, …) float32 each."""
    codes = codes.to(model.order.device)
    inputs = torch.cat([codes.new_full((1,), model.config.states), codes])
    *below, top = model.cells
    y, states = model.embed(inputs), [layer.start(1) for layer in below]
    for place, layer in enumerate(below):  # layer by layer, as `read` does
        out = []
        for step in layer.project(y).split(1):
            states[place], _ = layer.advance(step, states[place])
            out.append(states[place].hidden)
        y = torch.cat(out)
    projected, state = top.project(y), top.start(1)
    rows: dict[str, list[Tensor]] = {}
    for k, step in enumerate(projected.split(1)):
        rows.setdefault("from_hidden", []).append(top.recur(state.hidden))
        state, gates = top.advance(step, state)
        for name, value in {**gates, "memory": state.memory, "state": state.hidden}.items():
            rows.setdefault(name, []).append(value)
        if progress is not None and k % 64 == 0:
            progress(k / len(inputs))
    held = {name: torch.cat(values) for name, values in rows.items()} | {"projected": projected}
    held["log_p"] = model.out(held["state"]).log_softmax(-1)
    return {name: value.float().cpu().numpy() for name, value in held.items()}


def _inputs(model: nn.Module, projected: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different inputs of the watched cell, (K, R·H), and which one each step has, (S + 1,).

    The first layer's input is the character alone; a layer above reads what the one below made of all before.
    """
    if len(model.cells) > 1:
        return projected, np.arange(len(projected))
    tokens = np.concatenate([[model.config.states], codes])
    _, first, row = np.unique(tokens, return_index=True, return_inverse=True)
    return projected[first], row


def chosen_units(memory: np.ndarray) -> np.ndarray:
    """Which units are kept of (S + 1, H): all, or those whose memory varies most, as many as MOST_CELLS allows."""
    most = max(1, MOST_CELLS // len(memory))
    if memory.shape[1] <= most:
        return np.arange(memory.shape[1])
    return np.sort(np.argsort(-memory.std(0), kind="stable")[:most])


def scores(memory: np.ndarray, text: str) -> np.ndarray:
    """What units can be sorted by: (S + 1, U) memories over a text of S characters → (6, U) float32.

    lasts: correlation of the memory with itself one step before. line, word, capital: its correlation with how many
    characters the line, and the word, are old, and with whether the last character is a capital; of either sign.
    varies: its standard deviation. alike: the angle in the plane of the two directions in which memories differ most,
    so that units that move together stand together. 0 where nothing varies.
    """
    steps = memory[1:].astype(np.float64)
    if len(steps) < 3:
        return np.zeros((len(SCORES), memory.shape[1]), np.float32)
    line, word, count, letters = [], [], 0, 0
    for character in text:
        count = 0 if character == "\n" else count + 1
        letters = letters + 1 if character.isalnum() else 0
        line.append(count)
        word.append(letters)
    features = [np.array(line, float), np.array(word, float), np.array([c.isupper() for c in text], float)]
    found = [_correlation(steps[1:], steps[:-1])]
    found += [_correlation(steps, np.broadcast_to(f[:, None], steps.shape)) for f in features]
    spread = steps.std(0)
    shape = (steps - steps.mean(0)) / np.where(spread > 1e-9, spread, np.inf)
    directions = torch.linalg.svd(torch.from_numpy(shape), full_matrices=False)[2][:2].numpy()  # one thread
    directions *= np.sign(directions[range(len(directions)), np.abs(directions).argmax(1)])[:, None]
    angle = np.arctan2(directions[1], directions[0]) if len(directions) == 2 else np.zeros_like(spread)
    return np.stack([*found, spread, angle]).astype(np.float32)


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Column by column, 0 where one of them is constant."""
    a, b = a - a.mean(0), b - b.mean(0)
    length = np.sqrt((a * a).sum(0) * (b * b).sum(0))
    return (a * b).sum(0) / np.where(length > 1e-9, length, np.inf)
