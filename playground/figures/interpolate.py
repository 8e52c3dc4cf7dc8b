"""Files, window and words of an interpolation."""

import math
from collections.abc import Iterable

import numpy as np
from PIL import Image

from ..traces import InterpolateTrace
from ..words import Say, english
from .energy_files import Files, animated, grey, sheet, table
from .grid import enlarge, png, tile

FILM = 13  # frames of a path in its picture
GIF_PAUSES, GIF_FRAMES = 6, 46  # frames that an end stands for; frames from one end to the other
MARGIN = 0.06
BETWEEN = 8  # pixels of a picture between two sheets of tiles
SCORES = {
    "iwae": "iwae_nats",
    "reconstruction": "log_p_given_code_nats",
    "discriminator": "discriminator",
}


def window(trace: InterpolateTrace, codes: np.ndarray) -> tuple[float, float, float, float]:
    """(x0, x1, y0, y1) that hold nearly all codes (N, 2) of digits, the ends, and the prior where there is one."""
    if trace.ends.shape[1] != 2:
        return (-4.0, 4.0, -4.0, 4.0)
    points = [trace.ends]
    if len(codes):
        points.append(np.quantile(codes, (0.002, 0.998), axis=0))
    if trace.typical.size:
        points.append(np.array([[-3.0, -3.0], [3.0, 3.0]]))
    found = np.concatenate(points)
    low, high = found.min(0), found.max(0)
    low, high = low - MARGIN * (high - low), high + MARGIN * (high - low)
    return (float(low[0]), float(high[0]), float(low[1]), float(high[1]))


def level(trace: InterpolateTrace, reference: np.ndarray | None) -> float | None:
    """The mean score of real digits: −ELBO and −log p(x|z) are kept with their sign turned, D as its logit."""
    if reference is None:
        return None
    if trace.measure == "discriminator":
        return float((1 / (1 + np.exp(-reference.astype(np.float64)))).mean())
    return float(-reference.mean())


def files(trace: InterpolateTrace) -> Files:
    """The film of the three ways (of four ends, three sheets of tiles), the same moving to and fro, every number."""
    return {
        "PNG": ("png", lambda: png(_still(trace))),
        "GIF": ("gif", lambda: animated(_moving(trace))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def _still(trace: InterpolateTrace) -> Image.Image:
    rows, columns = trace.grid
    if rows == 1:
        stops = np.linspace(0, columns - 1, min(FILM, columns)).round().astype(int)
        return sheet(trace.pictures[:, 0, stops].reshape(-1, *trace.shape), len(stops), 1_300)
    sheets = [tile(grey(way.reshape(-1, *trace.shape)), columns) for way in trace.pictures]
    gap = np.full((sheets[0].shape[0], BETWEEN, 3), 255, np.uint8)
    whole = np.concatenate([sheets[0], gap, sheets[1], gap, sheets[2]], axis=1)
    return enlarge(whole, max(1, 1_800 // whole.shape[1]))


def _moving(trace: InterpolateTrace) -> Iterable:
    rows, columns = trace.grid
    if rows == 1:
        there = np.linspace(0, columns - 1, min(GIF_FRAMES, columns)).round().astype(int)
        stops = [(0, stop) for stop in (*[0] * GIF_PAUSES, *there, *[columns - 1] * GIF_PAUSES, *there[::-1])]
    else:
        stops = [(row, column if row % 2 == 0 else columns - 1 - column) for row, column in np.ndindex(rows, columns)]
    return (sheet(trace.pictures[:, row, column], 3, 600) for row, column in stops)


def to_csv(trace: InterpolateTrace) -> str:
    """One row per way and frame; the cross-fade has no code, and only the frames that were judged have a score."""
    latent = trace.ends.shape[1]
    rows, columns = trace.grid
    judged = {int(frame): n for n, frame in enumerate(trace.stations)}
    places = ["t"] if rows == 1 else ["down", "across"]
    names = ["way", "frame", *places, "norm", *(f"z_{i + 1}" for i in range(latent)), SCORES[trace.measure]]

    def lines() -> Iterable[list]:
        for way, (row, column) in ((way, place) for way in range(3) for place in np.ndindex(rows, columns)):
            frame = row * columns + column
            code = [trace.norms[way, row, column], *trace.codes[way, row, column]] if way < 2 else [""] * (1 + latent)
            score = trace.scores[way, judged[frame]] if frame in judged else ""
            yield [trace.ways[way], frame, *trace.place(frame), *code, score]

    return table(names, lines())


def words(trace: InterpolateTrace, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson speaks of."""
    rows, columns = trace.grid
    middle = trace.norms[:, rows // 2, columns // 2]
    latent = trace.ends.shape[1]
    norms = np.linalg.norm(trace.ends, axis=1)
    low, mean, high = trace.typical if trace.typical.size else (math.nan,) * 3
    typical = (
        t(
            "a draw from the prior has a mean norm of {mean:.2f}, and one between {low:.2f} and {high:.2f} in nine of "
            "ten",
            mean=mean,
            low=low,
            high=high,
        )
        if trace.typical.size
        else t("an autoencoder has no prior, so nothing says which norm is typical")
    )
    binary = t(
        "of one binary picture of the frame: each pixel is 1 where u < p, with the same u in every frame, as the "
        "training digits were made, so that the cross-fade is judged as a dissolve"
    )
    measures = {
        "iwae": t(
            "an estimate of the importance-weighted bound below log p(x), {draws} draws, nats, {what}",
            draws=trace.draws,
            what=binary,
        ),
        "reconstruction": t(
            "log p(x | z = encode(x)) in nats: how well x comes back, no bound of log p(x), {what}", what=binary
        ),
        "discriminator": t("the discriminator's probability that the grey picture is real"),
    }
    return {
        "latent": str(latent),
        "ends": t("{first} and {last}", first=", ".join(f"{norm:.2f}" for norm in norms[:-1]), last=f"{norms[-1]:.2f}"),
        "angle": f"{math.degrees(trace.angles[0, 1]):.0f}",
        "linear": f"{middle[0]:.2f}",
        "spherical": f"{middle[1]:.2f}",
        "typical": typical,
        "measure": measures[trace.measure],
    }
