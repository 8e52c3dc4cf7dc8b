"""Ways from one picture to another: through the codes, straight or along a great circle, and through the pixels."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import torch
from pydantic import Field, field_validator
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.autoencoder import Autoencoder
from ..models.gan import GAN
from ..models.vae import VAE
from ..samplers.paths import angle_between, bilinear, lerp, slerp, spherical
from .base import MAX_SEED, ModelSettings, Trace, unpack_picture
from .codes import MAX_CODE, parse_code
from .energy_pictures import device_of

WAYS = ("linear", "spherical", "cross-fade")
END_NAMES = ("first", "second", "third", "fourth")
KINDS = {"seed": "seed:", "code": "code:", "drawing": "ink:"}  # how the text of an end begins
DRAWS = 16  # K of the importance-weighted bound
STATIONS = {"two": 17, "four": 25}  # frames that a convolutional VAE judges
MOST_STATIONS = 61  # frames that any VAE judges
BATCH = 32  # pictures in one pass
BAND = (0.05, 0.95)  # of the norm of a draw from the prior


class InterpolateSettings(ModelSettings):
    """Two ends and the frames of a path between them, or four and the tiles of a surface.

    An end is a text: "seed:17" is the draw from the prior N(0, I) that this seed gives; "code:0.5,-1.25" a point of the
    latent space; "ink:…" a picture of 0 and 1, packed by `pack_picture`, which the model encodes (a variational encoder
    by its mean; a GAN has none). An autoencoder has no prior: its seeds are draws from N(0, I) all the same.
    The third and fourth end have no meaning between two. seed: of the numbers that the frames are judged with.
    """

    kind: ClassVar[str] = "interpolate"
    ends: Literal["two", "four"] = "two"
    first: str = Field("seed:1", max_length=MAX_CODE)
    second: str = Field("seed:2", max_length=MAX_CODE)
    third: str = Field("seed:3", max_length=MAX_CODE)
    fourth: str = Field("seed:4", max_length=MAX_CODE)
    frames: int = Field(181, ge=2, le=361, description="F, frames of a path, its ends among them")
    tiles: int = Field(9, ge=3, le=15, description="tiles along each side of a surface")

    @field_validator("first", "second", "third", "fourth")
    @classmethod
    def _known(cls, text: str) -> str:
        if kind_of(text) is None:
            raise ValueError("an end begins with seed:, code: or ink:")
        return text

    @property
    def texts(self) -> tuple[str, ...]:
        """The ends that have a meaning."""
        return tuple(getattr(self, name) for name in END_NAMES[: 4 if self.ends == "four" else 2])


@dataclass(frozen=True)
class InterpolateTrace(Trace):
    """E ends (2 or 4), three ways, R × C frames (1 × F of a path), a code of Z numbers, a picture of H×W.

    checkpoint, family: of the model. shape: (H, W). kinds: of the ends. ways: names of the three, in order; the first
    two go through codes. ends: (E, Z) float32, codes. end_pictures: (E, H, W) float16, 0 … 1, what the cross-fade
    mixes: a drawing as it was drawn, else the end's code decoded. angles: (E, E) float32, radians, between the ends.
    codes: (2, R, C, Z) float32. norms: (2, R, C) float32, of the codes. typical: (3,) float64, 5 % quantile, mean and
    95 % quantile of the norm of a draw from N(0, I), a χ distribution of Z degrees; empty where there is no prior.
    pictures: (3, R, C, H, W) float16, p(pixel = 1), of a GAN grey values. stations: (S,) int32, which of the frames,
    row by row, were judged. scores: (3, S) float32. measure: what a score is: "iwae", "reconstruction" (nats), of one
    binary picture of the frame, 1 where u < p with the same uniform numbers u throughout; "discriminator", D of the
    grey picture. draws: K of the IWAE bound, else 0.
    """

    checkpoint: str
    family: str
    shape: tuple[int, int]
    kinds: tuple[str, ...]
    ways: tuple[str, ...]
    ends: np.ndarray
    end_pictures: np.ndarray
    angles: np.ndarray
    codes: np.ndarray
    norms: np.ndarray
    typical: np.ndarray
    pictures: np.ndarray
    stations: np.ndarray
    scores: np.ndarray
    measure: str
    draws: int

    @property
    def grid(self) -> tuple[int, int]:
        """R, C."""
        return self.codes.shape[1:3]

    def place(self, frame: int) -> tuple[float, ...]:
        """Where a frame lies, 0 … 1: (t,) on a path, (down, across) on a surface."""
        rows, columns = self.grid
        row, column = divmod(frame, columns)
        return (column / (columns - 1),) if rows == 1 else (row / (rows - 1), column / (columns - 1))


class End(NamedTuple):
    """One end. code: (Z,) float32. picture: (H, W) 0/1 float32 where it was drawn, else None."""

    kind: str
    code: Tensor
    picture: Tensor | None


def kind_of(text: str) -> str | None:
    """The kind of an end, by how its text begins; None for another text."""
    return next((kind for kind, start in KINDS.items() if text.startswith(start)), None)


def end_content(text: str) -> str:
    """What follows the kind in the text of an end."""
    return text.partition(":")[2]


@torch.no_grad()
def read_end(model: nn.Module, text: str, name: str = "first") -> End:
    """An end as the model sees it.

    InvalidInput names it, its value and what is allowed: a seed that is no whole number, a code of a wrong length or
    with nan, an empty drawing, a drawing for a model without an encoder.
    """
    kind, content = kind_of(text), end_content(text)
    device, latent, shape = device_of(model), model.config.latent, tuple(model.event_shape)
    if kind == "code":
        return End(kind, torch.from_numpy(parse_code(content, latent, name)).to(device), None)
    if kind == "seed":
        if not (content.isascii() and content.isdecimal() and len(content) <= 10 and int(content) <= MAX_SEED):
            raise InvalidInput(f"{name}={text[:40]!r}: a seed is a whole number from 0 to {MAX_SEED}")
        drawn = torch.randn(1, latent, generator=torch.Generator().manual_seed(int(content)))
        return End(kind, drawn[0].to(device), None)
    if kind is None:
        raise InvalidInput(f"{name}={text[:40]!r} is not allowed: an end begins with seed:, code: or ink:")
    if isinstance(model, GAN):
        raise InvalidInput(f"{name} is a drawing, and a GAN has no encoder that would give it a code: seed or code")
    picture = torch.from_numpy(unpack_picture(content, shape, 2, name)).float().to(device)
    if not picture.any():
        raise InvalidInput(f"{name} is an empty drawing: there is no ink in it")
    found = model.encode(picture.unsqueeze(0))
    return End(kind, (found if isinstance(model, Autoencoder) else found.mean)[0], picture)


def chi_norms(latent: int) -> np.ndarray:
    """(3,) float64: quantiles and mean of the norm of N(0, I) in so many dimensions: 5 %, mean, 95 %.

    ‖z‖² has a χ² distribution, whose distribution function is the regularised gamma function P(Z/2, r²/2).
    """
    half = torch.tensor(latent / 2, dtype=torch.float64)
    low, high = torch.zeros(2, dtype=torch.float64), torch.full((2,), latent + 20.0, dtype=torch.float64)
    share = torch.tensor(BAND, dtype=torch.float64)
    for _ in range(60):
        middle = (low + high) / 2
        below = torch.special.gammainc(half.expand(2), middle.square() / 2) < share
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    mean = math.sqrt(2) * math.exp(math.lgamma((latent + 1) / 2) - math.lgamma(latent / 2))
    return np.array([low[0].item(), mean, low[1].item()])


def stations_of(rows: int, columns: int, most: int) -> np.ndarray:
    """(S,) int32: evenly spaced frames, row by row, the corners among them; all of them if they are few enough."""
    if rows * columns <= most:
        return np.arange(rows * columns, dtype=np.int32)
    along = most if rows == 1 else max(2, math.isqrt(most))
    across = np.unique(np.linspace(0, columns - 1, min(columns, along)).round().astype(np.int32))
    down = np.unique(np.linspace(0, rows - 1, min(rows, along)).round().astype(np.int32))
    return (down[:, None] * columns + across).ravel().astype(np.int32)


@torch.no_grad()
def interpolate(
    settings: InterpolateSettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> InterpolateTrace:
    """The three ways between the ends. White (2016), "Sampling generative networks", section 2.1.

    InvalidInput if the checkpoint has no latent space, or an end is none (see `read_end`).
    """
    if not isinstance(model, Autoencoder | VAE | GAN):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} has no latent space")
    report = progress or (lambda share: None)
    ends = [read_end(model, text, name) for text, name in zip(settings.texts, END_NAMES, strict=False)]
    codes = torch.stack([end.code for end in ends])  # (E, Z)
    decoded = _decoded(model, codes)
    mixed = torch.stack([d if e.picture is None else e.picture for d, e in zip(decoded, ends, strict=True)])
    if settings.ends == "four":
        along = torch.linspace(0, 1, settings.tiles, dtype=torch.float64)
        paths = torch.stack([surface(codes, along, along) for surface in (bilinear, spherical)])  # (2, R, C, Z)
        faded = bilinear(mixed.flatten(1), along, along)  # (R, C, D)
    else:
        along = torch.linspace(0, 1, settings.frames, dtype=torch.float64)
        paths = torch.stack([path(codes[0], codes[1], along) for path in (lerp, slerp)]).unsqueeze(1)
        faded = lerp(mixed[0].flatten(), mixed[1].flatten(), along).unsqueeze(0)
    rows, columns = paths.shape[1:3]
    through = _decoded(model, paths.flatten(0, 2), lambda share: report(share / 4))  # (2·R·C, H, W)
    pictures = torch.cat([through.unflatten(0, (2, -1)), faded.reshape(1, -1, *model.event_shape)])  # (3, R·C, H, W)
    slow = isinstance(model, VAE) and model.config.architecture == "conv"
    most = STATIONS[settings.ends] if slow else MOST_STATIONS if isinstance(model, VAE) else rows * columns
    stations = stations_of(rows, columns, most)
    generator = torch.Generator().manual_seed(settings.seed)
    judged = pictures[:, torch.from_numpy(stations).long().to(pictures.device)].flatten(0, 1)
    measure, scores = _judged(model, judged, generator, lambda share: report(0.25 + 0.75 * share))
    return InterpolateTrace(
        checkpoint=settings.checkpoint,
        family=model.family,
        shape=tuple(model.event_shape),
        kinds=tuple(end.kind for end in ends),
        ways=WAYS,
        ends=codes.cpu().numpy(),
        end_pictures=mixed.half().cpu().numpy(),
        angles=angle_between(codes[:, None], codes[None]).float().cpu().numpy(),
        codes=paths.cpu().numpy(),
        norms=paths.norm(dim=-1).cpu().numpy(),
        typical=chi_norms(model.config.latent) if not isinstance(model, Autoencoder) else np.zeros(0),
        pictures=pictures.unflatten(1, (rows, columns)).half().cpu().numpy(),
        stations=stations,
        scores=scores.view(3, -1).float().cpu().numpy(),
        measure=measure,
        draws=DRAWS if isinstance(model, VAE) else 0,
    )


def _decoded(model: nn.Module, codes: Tensor, report: Callable[[float], None] | None = None) -> Tensor:
    """Codes (B, Z) → pictures (B, H, W), 0 … 1, a few at a time."""
    pictures = []
    for start in range(0, len(codes), BATCH):
        part = codes[start : start + BATCH]
        pictures.append(model.generate(part) if isinstance(model, GAN) else model.decode(part).float().sigmoid())
        if report is not None:
            report(min(1.0, (start + BATCH) / len(codes)))
    return torch.cat(pictures)


def _judged(
    model: nn.Module, pictures: Tensor, generator: torch.Generator, report: Callable[[float], None]
) -> tuple[str, Tensor]:
    """What the model thinks of pictures (B, H, W): the name of the measure, and it (B,).

    The same random numbers serve all pictures, so that what differs between two frames is the frames.
    """
    if isinstance(model, GAN):
        return "discriminator", torch.cat([model.discriminate(part) for part in pictures.split(BATCH)]).sigmoid()
    uniform = torch.rand(model.event_shape, generator=generator).to(pictures.device)
    binary = (uniform < pictures).float()
    if isinstance(model, Autoencoder):
        return "reconstruction", torch.cat([model.reconstruction(part) for part in binary.split(BATCH)])
    noise = torch.randn(DRAWS, 1, model.config.latent, generator=generator).to(pictures.device)
    found, few = [], max(1, 4 * BATCH // DRAWS)
    for start in range(0, len(binary), few):
        part = binary[start : start + few]
        weights = model.log_weights(part, noise.expand(-1, len(part), -1))  # (K, B)
        found.append(weights.logsumexp(0) - math.log(DRAWS))  # Burda et al. (2016), equation 8
        report(min(1.0, (start + few) / len(binary)))
    return "iwae", torch.cat(found)
