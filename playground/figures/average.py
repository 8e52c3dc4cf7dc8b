"""Figures of orderings: an ordering as a picture, and what averaging several of them is worth."""

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..traces import AverageTrace
from ..words import Say, english
from . import style
from .grid import enlarge, png, shades

BAND = "rgba(138,147,160,0.45)"


def ordering(
    order: np.ndarray, shape: tuple[int, int], dark: bool = False, height: int = 150, t: Say = english
) -> go.Figure:
    """At which step each position is written, as a heatmap: pale first, strong last."""
    steps = np.empty(order.size, int)
    steps[order] = np.arange(1, order.size + 1)
    figure = go.Figure(
        go.Heatmap(
            z=steps.reshape(shape),
            colorscale=style.scale(style.STRENGTH, dark),
            showscale=False,
            hovertemplate=t("row %{y}, column %{x}: written at step %{z}") + "<extra></extra>",
        )
    )
    figure.set_subplots(1, 1)
    style.square_cells(figure, shape)
    return style.bare(figure, height, top=0)


def curve(trace: AverageTrace, logits: bool = False, height: int = 400, t: Say = english) -> go.Figure:
    """−log p of one picture: each member alone, and the average of the first 1, 2, … members' probabilities.

    logits: also what the average of their logits gives, as the wrong way that it is.
    """
    numbers = np.arange(1, trace.alone.size + 1)
    figure = go.Figure(
        go.Scatter(
            x=numbers,
            y=trace.alone,
            mode="markers",
            name=t("each alone"),
            marker={"color": style.QUIET, "size": 9, "symbol": "circle-open", "line": {"width": 2}},
            hovertemplate=t("set %{x} alone: %{y:.3f} nats") + "<extra></extra>",
        )
    )
    mean = trace.alone.cumsum() / numbers
    figure.add_scatter(
        x=numbers,
        y=mean,
        mode="lines",
        name=t("mean of those alone"),
        line={"color": BAND, "width": 2, "dash": "dot"},
        hovertemplate=t("mean of the first %{x} alone: %{y:.3f} nats") + "<extra></extra>",
    )
    figure.add_scatter(
        x=numbers,
        y=trace.average,
        mode="lines+markers",
        name=t("probabilities averaged"),
        line={"color": style.DATA, "width": 3},
        hovertemplate=t("<b>first %{x} averaged: %{y:.3f} nats</b>") + "<extra></extra>",
    )
    if logits:
        figure.add_scatter(
            x=numbers,
            y=trace.logits_averaged,
            mode="lines+markers",
            name=t("logits averaged: wrong, no distribution"),
            line={"color": style.WARN, "width": 2, "dash": "dash"},
            marker={"symbol": "x", "size": 8},
            hovertemplate=t("logits of the first %{x} averaged: %{y:.3f}, not the −log of a probability")
            + "<extra></extra>",
        )
    return _axes(figure, t("orderings averaged"), t("−log p of this picture, nats"), height)


def validation(measured: Mapping[str, Any], height: int = 400, t: Say = english) -> go.Figure:
    """The mean over real examples: with 1, 2, 4, 8, 16 averaged, and each member alone."""
    alone = np.array(measured["members_nll_nats"])
    figure = go.Figure(
        go.Scatter(
            x=np.arange(1, alone.size + 1),
            y=alone,
            mode="markers",
            name=t("each alone"),
            marker={"color": style.QUIET, "size": 9, "symbol": "circle-open", "line": {"width": 2}},
            hovertemplate=t("set %{x} alone: %{y:.3f} nats") + "<extra></extra>",
        )
    )
    figure.add_scatter(
        x=measured["counts"],
        y=measured["nll_nats"],
        mode="lines+markers",
        name=t("probabilities averaged"),
        error_y={"array": measured["nll_standard_error"], "thickness": 1.5, "width": 4},
        line={"color": style.DATA, "width": 3},
        hovertemplate=t("<b>%{x} averaged: %{y:.3f} ± %{error_y.array:.3f} nats</b>") + "<extra></extra>",
    )
    count = measured["examples"]
    if measured["split"] == "test":
        words = t("mean −log p of {count:,} test digits, nats", count=count)
    else:
        words = t("mean −log p of {count:,} validation digits, nats", count=count)
    return _axes(figure, t("orderings averaged"), words, height)


def _axes(figure: go.Figure, across: str, up: str, height: int) -> go.Figure:
    figure.update_xaxes(title=across, type="log", tickvals=[1, 2, 4, 8, 16, 32, 64], fixedrange=True, showgrid=False)
    figure.update_yaxes(title=up, fixedrange=True)
    style.bare(figure, height, top=16 + 19 * len(figure.data))
    # One line each: the room above is the same before and after a change of the width.
    legend = {"x": 0, "y": 1, "yref": "container", "yanchor": "top", "font": {"size": 12}}
    return figure.update_layout(showlegend=True, legend=legend, margin={"b": 44, "l": 58, "r": 8})


def to_csv(trace: AverageTrace) -> str:
    """One row for each member."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["orderings", "alone_nats", "probabilities_averaged_nats", "logits_averaged_wrong"])
    for count, row in enumerate(zip(trace.alone, trace.average, trace.logits_averaged, strict=True), 1):
        writer.writerow([count, *row])
    return buffer.getvalue()


def files(trace: AverageTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    scale = max(1, 448 // trace.shape[1])
    return {
        "PNG": ("png", lambda: png(enlarge(shades(trace.picture, 2), scale))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }
