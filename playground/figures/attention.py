"""Attention by hand: what the division by √d_k does, as a figure; the numbers of both traces as files and words."""

import numpy as np
import plotly.graph_objects as go
from PIL import Image
from plotly.subplots import make_subplots

from ..traces import AttentionHandTrace, AttentionScaleTrace
from ..words import Say, english
from . import style
from .energy_files import Files, table
from .grid import enlarge, png

WITHOUT, WITH = (style.WARN, style.DATA), ("#ff8b3d", "#4fa3e3")  # not divided, divided: on light and on dark
NAMES = ("q · k", "q · k / √d_k")
SHOWN = (1, 4, 16, 64, 256)  # sizes whose weights are drawn


def scale_figure(trace: AttentionScaleTrace, dark: bool = False, height: int = 430, t: Say = english) -> go.Figure:
    """Above: one query's weights at five sizes, without and with the division. Below: four means against d_k."""
    colours = WITH if dark else WITHOUT
    titles = [f"<b>d_k = {size}</b>" for size in SHOWN]
    below = [t("Variance of the scores"), t("Entropy, nats"), t("Largest weight"), t("Softmax's slope")]
    below = [f"<b>{words}</b>" for words in below]
    figure = make_subplots(
        2, 20, specs=[[{"colspan": 4}, *[None] * 3] * 5, [{"colspan": 5}, *[None] * 4] * 4],
        subplot_titles=titles + below, vertical_spacing=0.2, horizontal_spacing=0.022,
    )  # fmt: skip
    keys = np.arange(1, trace.keys + 1)
    for place, size in enumerate(SHOWN):
        at = trace.sizes.tolist().index(size)
        for way in range(2):
            figure.add_bar(
                x=keys, y=trace.example[way, at], marker={"color": colours[way]}, name=NAMES[way],
                showlegend=place == 0, row=1, col=1 + 4 * place,
                hovertemplate=f"{NAMES[way]}, d_k = {size}<br>{t('key %{x}: weight %{y:.4f}')}<extra></extra>",
            )  # fmt: skip
    for place, values in enumerate((trace.variance, trace.entropy, trace.largest, trace.gradient)):
        for way in range(2):
            error = np.zeros(len(trace.sizes)) if place == 0 else trace.errors[place - 1, way]
            figure.add_scatter(
                x=trace.sizes, y=values[way], mode="lines+markers", line={"color": colours[way], "width": 2.2},
                marker={"size": 6}, customdata=error, showlegend=False, row=2, col=1 + 5 * place,
                hovertemplate=f"{NAMES[way]}, d_k = %{{x}}: <b>%{{y:.4f}}</b>"
                + (" ± %{customdata:.4f}" if place else "") + "<extra></extra>",
            )  # fmt: skip
    figure.update_xaxes(fixedrange=True, showgrid=False)
    figure.update_yaxes(fixedrange=True, gridcolor=style.FAINT, zeroline=False)
    figure.update_xaxes(showticklabels=False, row=1)
    figure.update_yaxes(range=[0, 1.02], tickvals=[0, 0.5, 1], row=1)
    figure.update_xaxes(type="log", tickvals=[1, 8, 64, 512], ticktext=["1", "8", "64", "512"], title="d_k", row=2)
    figure.update_yaxes(type="log", tickvals=[1, 8, 64, 512], row=2, col=1)
    figure.update_yaxes(range=[0, np.log(trace.keys) * 1.05], row=2, col=6)
    figure.update_yaxes(range=[0, 1.02], row=2, col=11)
    figure.update_yaxes(range=[0, 1.02], row=2, col=16)
    style.bare(figure, height, top=56)
    figure.update_annotations(font={"size": 13})
    return figure.update_layout(
        margin={"l": 30, "r": 6, "t": 56, "b": 40},
        barmode="group", bargap=0.15, showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.09, "yanchor": "bottom"},
    )  # fmt: skip


def scale_words(trace: AttentionScaleTrace) -> dict[str, str]:
    """The numbers that the lesson names, at the largest d_k."""
    return {
        "size": str(trace.sizes[-1]),
        "variance": f"{trace.variance[0, -1]:,.0f}",
        "variance_scaled": f"{trace.variance[1, -1]:.2f}",
        "entropy": f"{trace.entropy[0, -1]:.2f}",
        "entropy_scaled": f"{trace.entropy[1, -1]:.2f}",
        "uniform": f"{np.log(trace.keys):.2f}",
        "largest": f"{trace.largest[0, -1]:.3f}",
        "largest_scaled": f"{trace.largest[1, -1]:.3f}",
        "gradient": f"{trace.gradient[0, -1]:.3f}",
        "gradient_scaled": f"{trace.gradient[1, -1]:.3f}",
    }


def scale_csv(trace: AttentionScaleTrace) -> str:
    """One row per d_k and way."""
    names = ["d_k", "divided", "variance_of_scores", "entropy_nats", "largest_weight", "softmax_slope"]
    means = (trace.variance, trace.entropy, trace.largest, trace.gradient)
    rows = ([size, way, *(m[way, at] for m in means)] for at, size in enumerate(trace.sizes) for way in range(2))
    return table(names, rows)


def sequential(weights: np.ndarray) -> np.ndarray:
    """Weights from 0 to 1, (…), as colours (…, 3) uint8: paper to the blue of the stage."""
    paper, blue = np.array([247, 247, 245]), np.array([0, 114, 178])
    return np.rint(paper + np.clip(weights, 0, 1)[..., None] * (blue - paper)).astype(np.uint8)


def weights_picture(weights: np.ndarray, pixels: int = 640) -> Image.Image:
    """(T, S) weights as a picture, row: query, enlarged by a whole factor."""
    return enlarge(sequential(weights), max(1, pixels // max(weights.shape)))


def left_out(words: int, t: Say = english) -> str:
    """How many words take no part, as Markdown."""
    said = t("{count:,} further words are left out.", count=words) if words > 1 else t("1 further word is left out.")
    return f":material/content_cut: {said}"


def hand_csv(trace: AttentionHandTrace) -> str:
    """One row per pair of words: their score before and after the division, and the weight."""
    names = ["query", "key", "query_word", "key_word", "dot", "score", "allowed", "weight"]
    pairs = np.ndindex(trace.weights.shape)
    return table(
        names,
        ([i + 1, j + 1, trace.words[i], trace.words[j], trace.dots[i, j], trace.scores[i, j], int(trace.allowed[i, j]),
          trace.weights[i, j]] for i, j in pairs),
    )  # fmt: skip


def hand_files(trace: AttentionHandTrace, scale: AttentionScaleTrace) -> Files:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: png(weights_picture(trace.weights))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: hand_csv(trace)),
        "CSV of √d_k": ("csv", lambda: scale_csv(scale)),
    }
