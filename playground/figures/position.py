"""Shuffled words through an encoder as matrices; files and words of both halves of the view."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..traces import EncodingTrace, ShuffleTrace
from ..words import Say, english
from . import style
from .attention import Files
from .energy_files import table
from .grid import enlarge, png
from .inside import diverging

ORANGE_BLUE = (("#c45200", "#f7f7f5", "#0060a0"), ("#ff9646", "#161a21", "#60b2f2"))
LONGEST_WORD = 14


def exact(value: float) -> str:
    """A difference as it is read: 0, powers of ten where it is rounding, else three decimals."""
    return "0" if value == 0 else f"{value:.1e}".replace("-", "−") if value < 1e-3 else f"{value:.3f}"


def _short(word: str) -> str:
    return word if len(word) <= LONGEST_WORD else f"{word[: LONGEST_WORD - 1]}…"


def shuffled(trace: ShuffleTrace, dark: bool = False, height: int = 452, t: Say = english) -> go.Figure:
    """Two rows, without and with positions: outputs in order, of the shuffled words put back, and their difference."""
    words = [_short(word) for word in trace.words.tolist()]
    count, numbers = trace.plain.shape[1:]
    first = t("<b>without positions</b>: outputs in order"), t("<b>with positions</b>: outputs in order")
    titles = []
    for row in range(2):
        most = exact(float(trace.difference[row].max()))
        titles += [first[row], t("the words shuffled"), t("put back in order")]
        titles += [t("difference, largest <b>{most}</b>", most=most)]
    figure = make_subplots(2, 4, subplot_titles=titles, horizontal_spacing=0.055, vertical_spacing=0.13)
    colours = [[share, colour] for share, colour in zip((0, 0.5, 1), ORANGE_BLUE[dark], strict=True)]
    for row in range(2):
        limit = float(np.abs(trace.plain[row]).max()) or 1.0
        moved = [words[word] for word in trace.order]
        parts = (
            (trace.plain[row], words),
            (trace.shuffled[row], moved),
            (trace.back[row], words),
            (trace.back[row] - trace.plain[row], words),
        )
        for column, (values, names) in enumerate(parts, 1):
            texts = np.broadcast_to(np.array(names, object)[:, None], values.shape)
            figure.add_heatmap(
                z=values, zmin=-limit, zmax=limit, colorscale=colours, showscale=False, customdata=texts,
                hovertemplate=t("%{customdata}, number %{x}: <b>%{z:.4g}</b>") + "<extra></extra>",
                x=np.arange(1, numbers + 1),
                xgap=1, ygap=1, row=row + 1, col=column,
            )  # fmt: skip
            figure.update_yaxes(
                tickvals=np.arange(count), ticktext=names, autorange="reversed", showticklabels=column != 4,
                row=row + 1, col=column,
            )  # fmt: skip
    figure.update_xaxes(showticklabels=False, fixedrange=True, showgrid=False, ticks="")
    figure.update_yaxes(fixedrange=True, showgrid=False, ticks="")
    style.bare(figure, height, top=26)
    figure.update_annotations(font={"size": 13})
    return figure.update_layout(margin={"l": 56, "r": 4, "t": 26, "b": 6})


def shuffle_line(trace: ShuffleTrace, t: Say = english) -> str:
    """The numbers above the stage, as Markdown."""
    without, with_ = (exact(float(d.max())) for d in trace.difference)
    pooled, pooled_with = (exact(float(value)) for value in trace.pooled)
    return t(
        "Largest difference of an output after the words are shuffled and put back: **{without}** without positions, "
        "**{with_}** with them; of the outputs' mean: {pooled} and {pooled_with}.",
        without=without,
        with_=with_,
        pooled=pooled,
        pooled_with=pooled_with,
    )


def shuffle_words(trace: ShuffleTrace | None, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    if trace is None:
        return {"without": t("0 up to rounding"), "with": t("not small")}
    return {"without": exact(float(trace.difference[0].max())), "with": exact(float(trace.difference[1].max()))}


def shuffle_files(trace: ShuffleTrace) -> Files:
    """Label → (extension, maker)."""
    names = ["word", "place_when_shuffled", "largest_difference_without_positions", "largest_difference_with_positions"]
    places = np.argsort(trace.order)

    def picture() -> bytes:
        rows = [np.concatenate([trace.plain[r], trace.shuffled[r], trace.back[r]], 1) for r in range(2)]
        limit = max(float(np.abs(row).max()) for row in rows)
        return png(enlarge(diverging(np.concatenate(rows), limit), 16))

    rows = [[w, places[i] + 1, *trace.difference[:, i]] for i, w in enumerate(trace.words)]
    return {
        "PNG": ("png", picture),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: table(names, rows)),
    }


def encoding_csv(trace: EncodingTrace) -> str:
    """One row per distance: mean cosine and its quantiles, of sinusoidal and of learned positions."""
    kinds = ("sinusoidal", "learned")
    names = ["distance", *(f"{kind}_cosine_{part}" for kind in kinds for part in ("mean", "10_percent", "90_percent"))]
    count, learned = trace.sinusoidal_distance.shape[1], trace.learned_distance
    rows = (
        [d, *trace.sinusoidal_distance[:, d], *(learned[:, d] if d < learned.shape[1] else ("", "", ""))]
        for d in range(count)
    )
    return table(names, rows)


def encoding_files(trace: EncodingTrace) -> Files:
    """Label → (extension, maker)."""
    found: Files = {"PNG": ("png", lambda: png(enlarge(diverging(trace.sinusoidal.T, 1.0), 6)))}
    if trace.learned.size:
        limit = float(np.abs(trace.learned).max())
        found["PNG, learned"] = ("png", lambda: png(enlarge(diverging(trace.learned.T, limit), 6)))
    return found | {"npz": ("npz", trace.to_bytes), "CSV": ("csv", lambda: encoding_csv(trace))}


def encoding_words(trace: EncodingTrace | None, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    if trace is None:
        return {"next_to": t("the first"), "far": t("the second"), "slowest": "62,832"}
    distance = trace.sinusoidal_distance[0]
    middle = len(distance) // 2
    return {
        "next_to": f"{distance[1]:.3f}",
        "far": t("{cosine:.3f} at distance {distance}", cosine=distance[middle], distance=middle),
        "slowest": f"{trace.period[-1]:,.0f}",
    }
