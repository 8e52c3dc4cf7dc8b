"""Figures of surprise: bits per pixel, the running total, and the place among real digits."""

import csv
import io
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from ..traces import SurpriseTrace
from ..words import Say, english
from . import style
from .grid import enlarge, png, shades

CEILING = 8.0  # bits; colours end here, the hover does not


def bits(trace: SurpriseTrace, dark: bool = False, height: int = 350, t: Say = english) -> go.Figure:
    """−log₂ p of every pixel as a heatmap; the picture's ink is framed faintly by its own colour in the hover."""
    surprise, picture = trace.bits, trace.picture
    top = min(max(float(surprise.max()), 1.0), CEILING)
    figure = go.Figure(
        go.Heatmap(
            z=surprise,
            customdata=np.stack([picture, np.exp2(-surprise)], -1),
            zmin=0,
            zmax=top,
            colorscale=style.scale(style.SURPRISE, dark),
            xgap=0.5,
            ygap=0.5,
            colorbar={
                "thickness": 10,
                "len": 0.9,
                "title": {"text": "bits", "side": "top"},
                "outlinewidth": 0,
                "x": 1.0,
            },
            hovertemplate=(
                t("row %{y}, column %{x}<br>value %{customdata[0]}, p = %{customdata[1]:.3g}")
                + "<br><b>%{z:.3f} bits</b><extra></extra>"
            ),
        )
    )
    figure.set_subplots(1, 1)
    rows, columns = np.nonzero(picture)
    figure.add_trace(
        go.Scatter(
            x=columns,
            y=rows,
            mode="markers",
            marker={"size": 3, "color": style.QUIET, "symbol": "square"},
            hoverinfo="skip",
        )
    )
    style.square_cells(figure, trace.shape)
    return style.bare(figure, height, top=4)


def running(trace: SurpriseTrace, height: int = 350, t: Say = english) -> go.Figure:
    """The sum of bits along the raster order; steep where the model is surprised."""
    total = trace.running_bits()
    rows, columns = np.divmod(trace.order, trace.shape[1])
    figure = go.Figure(
        go.Scatter(
            x=np.arange(1, total.size + 1),
            y=total,
            mode="lines",
            line={"color": style.WARN, "width": 2, "shape": "hv"},
            fill="tozeroy",
            fillcolor="rgba(213,94,0,0.10)",
            customdata=np.stack([rows, columns, trace.bits.ravel()[trace.order]], -1),
            hovertemplate=(
                t("pixel %{x}: row %{customdata[0]}, column %{customdata[1]}")
                + "<br>+%{customdata[2]:.3f} bits<br>"
                + t("<b>%{y:.2f} bits so far</b>")
                + "<extra></extra>"
            ),
        )
    )
    figure.update_xaxes(title=t("pixels read"), showgrid=False, fixedrange=True, range=[0, total.size])
    figure.update_yaxes(title=t("bits so far"), rangemode="tozero", fixedrange=True)
    style.bare(figure, height, top=4)
    return figure.update_layout(hovermode="x", margin={"b": 44, "l": 52})


def place(
    nats: float, others: np.ndarray, words: str, height: int = 190, quantity: str = "−log p", t: Say = english
) -> go.Figure:
    """A histogram of others' −log p, or of another quantity in nats, with this picture's marked."""
    # A scribble may cost ten times what a digit does: show it at the edge, as an arrow with its number.
    low, high = float(others.min()), float(np.quantile(others, 0.999))
    edge = high + 0.12 * (high - low)
    width = max(0.5, round((high - low) / 60, 1))
    edges = np.arange(np.floor(low), float(others.max()) + width, width)
    counts, edges = np.histogram(others, edges)
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=width,
            customdata=np.stack([edges[:-1], edges[1:]], -1),
            marker={"color": style.DATA, "opacity": 0.75, "line": {"width": 0}},
            hovertemplate=t("%{customdata[0]:.1f} to %{customdata[1]:.1f} nats: %{y}") + f" {words}<extra></extra>",
        )
    )
    left = min(low - 0.05 * (high - low), nats - 0.05 * (high - low))
    outside = nats > edge
    at = edge if outside else nats
    label = t("this picture: {nats:,.1f} nats", nats=nats)
    figure.add_vline(x=at, line={"color": style.WARN, "width": 3})
    figure.add_annotation(
        x=at,
        y=1,
        yref="paper",
        text=f"<b>{label}{' →' if outside else ''}</b>",
        showarrow=False,
        xanchor="right" if at > (left + edge) / 2 else "left",
        xshift=-6 if at > (left + edge) / 2 else 6,
        yanchor="top",
        font={"color": style.WARN, "size": 13},
    )
    figure.update_xaxes(
        title=t("{quantity} of {count:,} {others}, nats", quantity=quantity, count=len(others), others=words),
        range=[left, edge + 0.02 * (high - low)],
        fixedrange=True,
    )
    figure.update_yaxes(
        showgrid=False, showticklabels=False, fixedrange=True, range=[0, 1.25 * int(counts.max(initial=1))]
    )
    style.bare(figure, height, top=4)
    return figure.update_layout(bargap=0, margin={"b": 44})


def rank(nats: float, others: np.ndarray) -> float:
    """The share of others, 0 … 1, that are less surprising than this picture."""
    return float((others < nats).mean())


def files(trace: SurpriseTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    scale = max(1, 448 // trace.shape[1])
    return {
        "PNG": ("png", lambda: png(enlarge(shades(trace.picture, trace.levels), scale))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def to_csv(trace: SurpriseTrace) -> str:
    """One row per pixel in raster order."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["step", "row", "column", "value", "bits", "total_bits"])
    total = trace.running_bits()
    for step, position in enumerate(trace.order):
        row, column = divmod(int(position), trace.shape[1])
        at = (row, column)
        writer.writerow([step, row, column, trace.picture[at], trace.bits[at], total[step]])
    return buffer.getvalue()
