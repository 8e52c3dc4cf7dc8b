"""The game of a generator and a discriminator in the plane, move by move, with all that it should be compared with.

Both densities are known to quadrature error (`gan_densities`), so beside what each player does stands what it should:
D* for the generator as it is, V(D*, G) = 2 JS − log 4, and JS itself, which the generator only ever feels through D.

1. Goodfellow et al. (2014). Generative adversarial nets. NeurIPS. Equation 1, proposition 1, theorem 1.
2. Arjovsky, Bottou (2017). Towards principled methods for training generative adversarial networks. ICLR.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import Field, field_validator
from torch import Tensor

from ..models.gan import discriminator_loss, generator_loss
from .base import Settings, Trace
from .gan_densities import MODES, Ground, latent_nodes, lattice, noisy_source, optimal
from .gan_memo import Memo
from .gan_moves import MAX_MOVES_TEXT, format_moves, parse_moves
from .gan_steps import Game, Rules, State
from .points import MAX_TEXT

Progress = Callable[[float], None]
SHOWN = 200  # real points, and generated ones, that are kept
MESH = 15  # lines each way of the lattice of codes that is kept


class GanGameSettings(Settings):
    """A game in the plane: data, loss, cure, rates, and what was pressed.

    data: p_data before the noise; points: a drawn set, packed by `pack_points`, where data is "drawn". loss: what G
    minimises, log(1 − D) or −log D (reference 1, section 3). cure: "unrolled" (Metz et al. 2017) or "penalty" (R₁ of
    Mescheder et al. 2018). moves: run-length text, b both, d the discriminator alone, g the generator alone:
    "b100d5g3"; kept in its shortest form, so that "b50b50" is "b100". "" is the game before its first move.
    """

    kind: ClassVar[str] = "gan-game"
    data: Literal["eight", "grid", "moons", "ring", "line", "drawn"] = "eight"
    points: str = Field("", max_length=MAX_TEXT)
    loss: Literal["non-saturating", "minimax"] = "non-saturating"
    cure: Literal["none", "unrolled", "penalty"] = "none"
    unroll: int = Field(
        5, ge=1, le=10, description="k, steps of D that G's gradient goes through, where it is unrolled"
    )
    penalty: float = Field(0.1, ge=0.0, le=10.0, allow_inf_nan=False, description="γ, weight of R₁, where it is added")
    g_step: Literal["adam", "plain"] = "adam"
    d_rate: float = Field(0.01, ge=0.0001, le=0.1, allow_inf_nan=False, description="learning rate of D")
    g_rate: float = Field(0.005, ge=0.0001, le=0.1, allow_inf_nan=False, description="learning rate of G")
    d_steps: int = Field(1, ge=1, le=10, description="steps of D in a move of both, before the one of G")
    noise: float = Field(0.15, ge=0.1, le=0.6, allow_inf_nan=False, description="s, of the noise on both clouds")
    latent: Literal["gaussian", "uniform"] = "gaussian"
    hidden: int = Field(32, ge=4, le=64, description="H, units of each of two hidden layers, in both players")
    moves: str = Field("", max_length=MAX_MOVES_TEXT, description="what was pressed")

    @field_validator("moves")
    @classmethod
    def _shortest(cls, text: str) -> str:
        return format_moves(parse_moves(text))

    @property
    def steps(self) -> bytes:
        """(S,) one byte for each move: 0 both, 1 the discriminator, 2 the generator."""
        return parse_moves(self.moves)

    def start_key(self) -> str:
        """A text that is equal exactly for games that differ in their moves alone."""
        return self.model_copy(update={"moves": ""}).key()


@dataclass(frozen=True)
class GanGameTrace(Trace):
    """S moves, S + 1 frames, frame 0 the start; a grid of G × G cells over the window, rows upwards along x₂.

    moves: (S,) uint8, 0 both, 1 discriminator, 2 generator. window: (4,) float64, lowest and highest x₁, then x₂.
    real: (R, 2) float32 points of p_data. fake: (S + 1, M, 2) float16, points of p_g: of the same M codes, with the
    same noise, in every frame. gradient: (S + 1, M, 2) float16, −∂ℓ/∂x at the fakes: where D as it stands sends each,
    ℓ being G's loss of one point (not through unrolled steps). push: (S + 1, M, 2) float16, the same at the fakes of
    the frame before, for D as this frame has it: what G's move started from (frame 0: gradient). discriminator:
    (S + 1, G, G) float16, D. p_data: (G, G) float32, p_generator: (S + 1, G, G) float16, the densities. mesh:
    (S + 1, L, L, 2) float16, G without noise of a lattice of codes whose meshes hold the same mass.

    loss_d, loss_g: (S + 1,) float64 nats, what the two minimise, over the points shown (without the penalty): what
    somebody who trains sees. Exact to quadrature error, float64: js: (S + 1,) Jensen–Shannon divergence, nats, 0 to
    log 2. value: (S + 1,) V(D, G), value_optimal: (S + 1,) V(D*, G) = 2 JS − log 4, never below it. outside: (S + 1,)
    the mass of p_g beyond the window, data_outside that of p_data. mode_shares: (S + 1, K) float32, the mass of p_g
    near each of K modes at centres (K, 2) within radius, modes: (S + 1,) int16, how many of them hold a quarter or more
    of what the data has there (fair: (K,)); K = 0 for data without modes.
    """

    moves: np.ndarray
    window: np.ndarray
    real: np.ndarray
    fake: np.ndarray
    gradient: np.ndarray
    push: np.ndarray
    discriminator: np.ndarray
    p_data: np.ndarray
    p_generator: np.ndarray
    mesh: np.ndarray
    loss_d: np.ndarray
    loss_g: np.ndarray
    js: np.ndarray
    value: np.ndarray
    value_optimal: np.ndarray
    outside: np.ndarray
    data_outside: float
    centres: np.ndarray
    radius: float
    fair: np.ndarray
    mode_shares: np.ndarray
    modes: np.ndarray

    @property
    def steps(self) -> int:
        """S."""
        return len(self.moves)

    @property
    def optimal(self) -> np.ndarray:
        """D* = p_data / (p_data + p_g) of every frame, (S + 1, G, G) float32; ½ where there is neither."""
        return optimal(self.p_data, self.p_generator)


FRAMES = ("fake", "gradient", "push", "discriminator", "p_generator", "mesh", "loss_d", "loss_g", "js", "value",
          "outside", "mode_shares")  # fmt: skip
MEMO = Memo()


@torch.inference_mode()
def gan_game(settings: GanGameSettings, model: None = None, progress: Progress | None = None) -> GanGameTrace:
    """Play the moves from the seed and keep every frame. InvalidInput if drawn points are too few or not packed points.

    A game that goes on from one that was played before, or leaves it in between, takes its frames and its states from
    there: they are the very same numbers.
    """
    board, steps = Board(settings), settings.steps
    known = MEMO.nearest(settings.start_key(), steps)
    state, frames, states = board.game.start(), [], {}
    if known is None:
        frames = [board.frame(state)]
        fake = frames[0]["fake"]
    else:
        fake = known.frames["fake"][known.shared]
        state, states = known.state, dict(known.states)
        if known.shared == len(steps):  # nothing is new
            return board.trace(steps, {name: known.frames[name][: len(steps) + 1].copy() for name in FRAMES})
        for move in steps[state.step : known.shared]:  # its frames are there already
            state = board.game.after(state, move)
    first = len(steps) - state.step
    for move in steps[state.step :]:
        if progress is not None and state.step % 5 == 0:
            progress(1 - (len(steps) - state.step) / max(first, 1))
        state = board.game.after(state, move)
        states[state.step] = state
        frames.append(board.frame(state, fake))
        fake = frames[-1]["fake"]
    history = {name: np.stack([frame[name] for frame in frames]) for name in FRAMES}
    if known is not None:
        old = {name: known.frames[name][: known.shared + 1] for name in FRAMES}
        history = {name: np.concatenate([old[name], history[name]]) for name in FRAMES}
    trace = board.trace(steps, history)
    MEMO.keep(settings.start_key(), steps, {name: getattr(trace, name) for name in FRAMES}, states)
    return trace


class Board:
    """One game's rules, and what is looked at in each frame."""

    def __init__(self, settings: GanGameSettings):
        self.settings = s = settings
        self.ground, self.nodes = _ground(s.data, s.points if s.data == "drawn" else "", s.noise), _nodes(s.latent)
        shared = {name: getattr(s, name) for name in Rules.__dataclass_fields__ if name != "source"}
        self.game = Game(Rules(self.ground.source, **shared))
        self.mesh = lattice(s.latent, MESH)
        draws = np.random.default_rng([s.seed, 0, 0])  # not those of a step
        self.codes = self.game.codes(draws, SHOWN)
        self.noise = torch.from_numpy(draws.standard_normal((SHOWN, 2), np.float32)) * s.noise
        self.real = self.game.reals(draws, SHOWN)

    def frame(self, state: State, before: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """What is kept of a state, by field of the trace. before: the fakes of the frame before, if there is one."""
        game, ground = self.game, self.ground
        g, d = state.generator.weights, state.discriminator.weights
        places = game.g(g, torch.cat([self.nodes.codes, self.codes, self.mesh]))
        sheet, shown, mesh = places.split([len(self.nodes.codes), SHOWN, MESH**2])
        fake = shown + self.noise
        p_generator = ground.generated(sheet, self.nodes, self.settings.noise)
        outside = ground.outside(p_generator)
        logits = game.d(d, torch.cat([ground.points, self.real, fake])).squeeze(1)
        on_grid, on_real, on_fake = logits.split([len(ground.points), SHOWN, SHOWN])
        gradient = _half(-game.push(d, fake))
        kept = {
            "fake": _half(fake),
            "gradient": gradient,
            "push": gradient if before is None else _half(-game.push(d, torch.tensor(before).float())),
            "discriminator": on_grid.sigmoid().view(ground.cells, -1).half().numpy(),
            "p_generator": _half(p_generator),
            "mesh": _half(mesh.view(MESH, MESH, 2)),
            "mode_shares": ground.mode_shares(p_generator).astype(np.float32),
        }
        numbers = {
            "loss_d": float(discriminator_loss(on_real, on_fake)),
            "loss_g": float(generator_loss(on_fake, self.settings.loss)),
            "js": ground.divergence(p_generator),
            "value": ground.value(on_grid, p_generator, self._far(d, sheet) if outside > 0 else 0.0),
            "outside": outside,
        }
        return kept | {name: np.float64(value) for name, value in numbers.items()}

    def _far(self, weights: Tensor, sheet: Tensor) -> float:
        """−log(1 − D) of the nodes beyond the window, weighted: their noise is left out."""
        beyond = (sheet.abs().amax(1) > self.ground.window[1]).nonzero().squeeze(1)
        if not len(beyond):
            return 0.0
        logits = self.game.d(weights, sheet[beyond]).squeeze(1)
        return float((self.nodes.weights[beyond] * F.softplus(logits)).sum())

    def trace(self, steps: bytes, frames: dict[str, np.ndarray]) -> GanGameTrace:
        """All of it."""
        ground = self.ground
        return GanGameTrace(
            moves=np.frombuffer(steps, np.uint8).copy(),
            window=np.array(ground.window),
            real=self.real.numpy(),
            p_data=ground.p_data.float().numpy(),
            value_optimal=2 * frames["js"] - np.log(4),
            data_outside=ground.outside(ground.p_data),
            centres=ground.centres.copy(),
            radius=ground.radius,
            fair=ground.fair.numpy().copy(),
            modes=ground.covered(frames["mode_shares"]).astype(np.int16),
            **frames,
        )


@lru_cache(maxsize=8)  # nobody writes to them
def _ground(data: str, points: str, noise: float) -> Ground:
    """The window, p_data and the modes of a data set."""
    return Ground(noisy_source(data, points, noise), data in MODES)


_nodes = lru_cache(maxsize=2)(latent_nodes)


def _half(values: Tensor) -> np.ndarray:
    """As float16; what is too large for it stands at its end."""
    most = float(np.finfo(np.float16).max)
    return values.nan_to_num(most, most, -most).clamp(-most, most).half().numpy()
