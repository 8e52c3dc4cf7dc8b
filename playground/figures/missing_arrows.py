"""Figures, files and words of graphs over binary pixels."""

import numpy as np
import plotly.graph_objects as go

from ..traces import GraphTrace, pairs
from ..words import Say, english
from . import style
from .energy_files import Files, table
from .grid import enlarge, png, shades, tile

MODEL = "#a04a80"


def frontier(trace: GraphTrace, height: int = 300, t: Say = english) -> go.Figure:
    """Every graph of these pixels: by number of parameters the smallest and the largest KL, and this graph."""
    each = t("%{x} parameters, %{customdata[0]} graphs<br>KL %{customdata[1]:.4f} to %{customdata[2]:.4f} nats")
    sizes, best = trace.sizes, np.minimum.accumulate(trace.least)
    figure = go.Figure()
    figure.add_scatter(
        x=np.concatenate([sizes, sizes[::-1]]),
        y=np.concatenate([trace.least, trace.most[::-1]]),
        fill="toself",
        fillcolor=style.FAINT,
        line={"width": 0.5, "color": style.MIDDLE},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=sizes,
        y=best,
        mode="lines",
        line={"color": style.DATA, "width": 2, "shape": "hv"},
        customdata=np.stack([trace.graphs, trace.least, trace.most], -1),
        hovertemplate=f"{each}<extra></extra>",
    )
    figure.add_scatter(
        x=[trace.parameters.sum()],
        y=[trace.kl],
        mode="markers",
        marker={"size": 13, "color": MODEL, "line": {"color": "white", "width": 1.5}},
        hovertemplate=t("this graph: %{x} parameters, KL %{y:.4f} nats") + "<extra></extra>",
    )
    style.bare(figure, height, top=6)
    figure.update_xaxes(title=t("parameters"), fixedrange=True, gridcolor=style.FAINT, zeroline=False)
    figure.update_yaxes(
        title=t("KL(p ‖ q), nats"), fixedrange=True, gridcolor=style.FAINT, zeroline=False, rangemode="tozero"
    )
    return figure.update_layout(margin={"l": 52, "b": 42, "r": 6})


def files(trace: GraphTrace) -> Files:
    """The samples as a picture, both probabilities of every state, what every arrow is worth, and all arrays."""
    samples = trace.samples.reshape(-1, *trace.shape)
    states = [[state, *pq] for state, pq in enumerate(zip(trace.truth, trace.model, strict=True))]
    arrows = [
        [j + 1, i + 1, int(trace.parents[i, j]), trace.changed[i, j]] for j, i in pairs(len(trace.parents))
    ]  # pixels counted from 1, as on stage
    return {
        "PNG": ("png", lambda: png(enlarge(tile(shades(samples, 2), 8, background=140), 16))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: table(["state", "world", "graph"], states)),
        "arrows CSV": ("csv", lambda: table(["from", "to", "kept", "kl_with_it_changed_nats"], arrows)),
    }


def words(trace: GraphTrace) -> dict[str, str]:
    """What the lesson says of the graph."""
    kept = int(trace.parents.sum())
    worst = int(trace.terms.argmax())
    exact = trace.sizes[trace.least < 1e-9]
    return {
        "pixels": str(len(trace.parents)),
        "arrows": str(len(pairs(len(trace.parents)))),
        "kept": str(kept),
        "parameters": str(trace.parameters.sum()),
        "full": f"{trace.truth.size - 1}",
        "kl": f"{trace.kl:.4f}",
        "entropy": f"{trace.entropy:.4f}",
        "graphs": f"{trace.graphs.sum():,}",
        "exact": str(exact.min()),
        "worst": str(worst + 1),
        "lost": f"{trace.terms[worst]:.4f}",
    }
