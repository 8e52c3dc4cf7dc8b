"""Figures, files and words of three uses of one model: samples, a score, features."""

import numpy as np
import plotly.graph_objects as go

from ..traces import FeatureTrace, OwnDigitTrace, PriorDrawsTrace
from ..words import Say, english
from . import own_digit, style
from .energy_files import Files, grey, table
from .grid import enlarge, png, tile

SHOWN = 1_200  # codes in the plane
ACROSS = 4


def samples(trace: PriorDrawsTrace, dark: bool = False, scale: int = 2) -> np.ndarray:
    """The decoded draws in one grid, (height, width, 3) uint8; ink is light on a dark page."""
    found = 1 - trace.probability if dark else trace.probability
    return np.asarray(enlarge(tile(grey(found), ACROSS, gap=2, background=140), scale))


def plane(trace: FeatureTrace, dark: bool = False, height: int = 330, t: Say = english) -> go.Figure:
    """Codes of real digits by class, each class's mean as its numeral, and the picture's code as a star."""
    first, second = trace.shown if len(trace.shown) == 2 else (0, 0)
    figure = go.Figure()
    codes, labels = trace.codes[:SHOWN], trace.labels[:SHOWN]
    colours = [style.CLASSES[label] for label in labels]
    if dark:
        colours = ["#9aa4b0" if colour == "#1d2733" else colour for colour in colours]
    figure.add_scatter(
        x=codes[:, first],
        y=codes[:, second],
        mode="markers",
        marker={"size": 4, "color": colours, "opacity": 0.45},
        hoverinfo="skip",
    )
    ink = "#f4f1ea" if dark else "#1d2733"
    figure.add_scatter(
        x=trace.means[:, first],
        y=trace.means[:, second],
        mode="text",
        text=[f"<b>{c}</b>" for c in trace.classes],
        textfont={"size": 18, "color": ink},
        hovertemplate=t("mean of class %{text}") + "<extra></extra>",
    )
    figure.add_scatter(
        x=[trace.code[first]],
        y=[trace.code[second]],
        mode="markers",
        marker={"symbol": "star", "size": 19, "color": style.WARN, "line": {"color": "white", "width": 1.5}},
        hovertemplate=t("the picture's code") + "<extra></extra>",
    )
    style.bare(figure, height, top=4)
    for axis, number in ((figure.update_xaxes, first), (figure.update_yaxes, second)):
        axis(title=t("dimension {number}", number=number + 1), fixedrange=True, gridcolor=style.FAINT)
    return figure.update_layout(margin={"l": 44, "b": 40})


def files(drawn: PriorDrawsTrace, scored: OwnDigitTrace, found: FeatureTrace) -> Files:
    """The samples, and the traces of all three uses."""
    rows = list(zip(found.classes, found.distances, strict=True))
    return {
        "PNG": ("png", lambda: png(enlarge(tile(grey(drawn.probability), ACROSS, gap=2), 4))),
        "samples npz": ("npz", drawn.to_bytes),
        "score npz": ("npz", scored.to_bytes),
        "features npz": ("npz", found.to_bytes),
        "CSV": ("csv", lambda: table(["class", "distance_to_its_mean"], rows)),
    }


def score(trace: OwnDigitTrace, reference: np.ndarray | None) -> dict[str, str]:
    """−log p, its bound, and the rank among real digits."""
    rank = None if reference is None else own_digit.surprise.rank(-trace.elbo, reference)
    exact = not np.isnan(trace.exact)
    return {
        "nats": f"{-(trace.exact if exact else trace.iwae[-1]):.1f}",
        "sign": "=" if exact else "≤",
        "bound": f"{-trace.elbo:.1f}",
        "rank": "–" if rank is None else f"{rank:.1%}",
        "others": "–" if reference is None else f"{len(reference):,}",
    }
