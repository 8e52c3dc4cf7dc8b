"""Figures of what a sequence costs against its length."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..traces import SequenceCostTrace
from ..words import Say, english
from . import style
from .cost import amount, duration
from .energy_files import Files, sheet, table
from .grid import columns_for, png

RECURRENT = style.CLASSES[3]  # purple; green, vermilion and grey mean the same on the page of the PixelCNN's cost
COLOURS = (RECURRENT, style.GOOD, style.WARN, style.QUIET)
MARKS = ("circle", "diamond", "square", "x")


def size(count: float) -> str:
    """Bytes in words: 3.38 kB, 1.2 MB."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count:.0f} B"


def ways(t: Say = english) -> tuple[str, str, str, str]:
    """The four ways through a sequence, in words."""
    return t("recurrent"), t("attention, cache"), t("attention, no cache"), t("one parallel pass")


def curves(trace: SequenceCostTrace, height: int = 318, t: Say = english) -> go.Figure:
    """Seconds measured, products counted and bytes held, each against the length, both axes logarithmic."""
    titles = [t("<b>Seconds</b>, measured"), t("<b>Products</b>, counted")]
    titles += [t("<b>Bytes held</b>: measured, – – counted")]
    names, parts = ways(t), (t("state"), t("cache"), t("one pass at its peak"))
    figure = make_subplots(1, 3, subplot_titles=titles, horizontal_spacing=0.065)
    lengths = trace.lengths
    for number, (name, colour, mark) in enumerate(zip(names, COLOURS, MARKS, strict=True)):
        how = f" ({t('scaled')})" if number == 2 else ""
        shared = {"name": name, "mode": "lines+markers", "marker": {"color": colour, "symbol": mark, "size": 7}}
        for column, (values, words) in enumerate(
            (
                (trace.seconds[number], [f"{s:.6f} s{how}" for s in trace.seconds[number]]),
                (trace.products[number], [t("{count:,} products", count=p) for p in trace.products[number].tolist()]),
            ),
            1,
        ):
            hover = f"{name}, {t('%{x} tokens')}: <b>%{{text}}</b><extra></extra>"
            line = {"color": colour, "width": 2, "dash": "dot" if column == 1 and number == 2 else "solid"}
            look = {"line": line, "hovertemplate": hover, "showlegend": column == 1, "legendgroup": name}
            figure.add_trace(go.Scatter(x=lengths, y=values, text=words, **shared, **look), 1, column)
    for held, number in enumerate((0, 1, 3)):
        for values, dash, words in (
            (trace.state_bytes, "solid", t("measured")),
            (4 * trace.numbers, "dash", t("counted")),
        ):
            place = f"{parts[held]}, {words}, {t('%{x} tokens')}"
            hover = f"{place}: <b>{t('%{y:,} bytes')}</b><extra></extra>"
            marks = {"color": COLOURS[number], "symbol": MARKS[number], "size": 7 if dash == "solid" else 1}
            figure.add_trace(
                go.Scatter(
                    x=lengths,
                    y=values[held],
                    mode="lines+markers",
                    marker=marks,
                    line={"color": COLOURS[number], "dash": dash, "width": 2},
                    showlegend=False,
                    hovertemplate=hover,
                ),
                1,
                3,
            )
    ticks = lengths[:: 2 if len(lengths) > 5 else 1]
    figure.update_xaxes(type="log", tickvals=ticks, title=t("tokens"), showgrid=False, fixedrange=True)
    figure.update_yaxes(type="log", fixedrange=True, exponentformat="power", dtick=1, gridcolor=style.FAINT)
    figure.update_annotations(font_size=13)
    style.bare(figure, height, top=56)
    legend = {"orientation": "h", "x": 0, "y": 1.15, "yanchor": "bottom", "font": {"size": 12}}
    return figure.update_layout(showlegend=True, legend=legend, margin={"b": 40, "l": 44, "r": 6})


def bars(trace: SequenceCostTrace, height: int = 132, t: Say = english) -> go.Figure:
    """Seconds of the pictures: one parallel pass, with the cache, and a pass for each token (scaled)."""
    names = [ways(t)[3], t("with the cache"), t("without it")]
    seconds = [trace.one_pass, trace.picture_seconds, trace.naive_picture_seconds]
    how = [t("median of {count} passes", count=trace.picture_pass_seconds.size)]
    how += [t("measured, with every draw"), t("scaled from the passes")]
    floor = min(seconds) / 4
    shown = [duration(s, t) for s in seconds]
    shown[2] += f" ({t('scaled')})"
    figure = go.Figure(
        go.Bar(
            x=seconds,
            y=names,
            base=0,
            orientation="h",
            marker={"color": [style.QUIET, style.GOOD, style.WARN], "pattern": {"shape": ["", "", "/"]}},
            text=shown,
            textposition="outside",
            cliponaxis=False,
            customdata=how,
            hovertemplate="%{y}: <b>%{x:.6g} s</b><br>%{customdata}<extra></extra>",
        )
    )
    limits = [np.log10(floor), np.log10(max(seconds)) + 0.3 * np.log10(max(seconds) / floor)]
    hidden = {"showticklabels": False, "showgrid": False, "ticks": ""}
    figure.update_xaxes(type="log", range=limits, fixedrange=True, **hidden)
    figure.update_yaxes(autorange="reversed", fixedrange=True, showgrid=False)
    high, wide = trace.pictures.shape[1:]
    numbers = {"high": high, "wide": wide, "tokens": trace.tokens}
    if len(trace.pictures) == 1:
        words = t("<b>One picture</b> of {high}×{wide} pixels, {tokens} tokens: seconds", **numbers)
    else:
        words = t(
            "<b>{count} pictures together</b> of {high}×{wide} pixels, {tokens} tokens: seconds",
            count=len(trace.pictures),
            **numbers,
        )
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"}
    figure.add_annotation(text=words, showarrow=False, font={"size": 13}, **place)
    style.bare(figure, height, top=22)
    return figure.update_layout(bargap=0.3, margin={"l": 110, "r": 8})


def picture(trace: SequenceCostTrace, pixels: int = 132) -> np.ndarray:
    """The pictures that were drawn, (rows, columns, 3)."""
    return np.asarray(sheet(trace.pictures, columns_for(len(trace.pictures)), pixels).convert("RGB"))


def slopes(trace: SequenceCostTrace) -> np.ndarray:
    """(4,) exponents: of what power of the length the seconds grew over the last two measured lengths."""
    last = np.log2(np.maximum(trace.seconds[:, -2:], 1e-12))
    return last[:, 1] - last[:, 0]


def words(trace: SequenceCostTrace) -> dict[str, str]:
    """The numbers that the lesson names."""
    grown = slopes(trace)
    return {
        "tokens": str(trace.tokens),
        "longest": str(int(trace.lengths[-1])),
        "width": str(trace.width),
        "heads": str(trace.heads),
        "layers": str(trace.layers),
        "units": str(trace.hidden),
        "state": size(float(trace.state_bytes[0, -1])),
        "cache": size(float(trace.state_bytes[1, -1])),
        "peak": size(float(trace.state_bytes[2, -1])),
        "ratio": f"{trace.naive_picture_seconds / trace.picture_seconds:,.0f}",
        "passes": f"{trace.picture_seconds / trace.one_pass:.1f}",
        "share": f"{trace.products[2, -1] / trace.products[1, -1]:,.0f}",
        **{
            name: f"{value:.2f}"
            for name, value in zip(("grown_r", "grown_c", "grown_n", "grown_p"), grown, strict=True)
        },
    }


def files(trace: SequenceCostTrace) -> Files:
    """Label → (extension, maker)."""
    grown = columns_for(len(trace.pictures))
    return {
        "PNG": ("png", lambda: png(sheet(trace.pictures, grown, 640))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def to_csv(trace: SequenceCostTrace) -> str:
    """One row per length: seconds, products, bytes measured, numbers counted."""
    short = ("recurrent", "cache", "no_cache_scaled", "one_pass")
    held = ("recurrent_state", "cache", "one_pass_peak")
    names = ["tokens", *(f"seconds_{n}" for n in short), *(f"products_{n}" for n in short)]
    names += [*(f"bytes_{n}" for n in held), *(f"numbers_{n}" for n in (*held[:2], "scores_of_a_layer"))]
    blocks = np.concatenate([trace.seconds, trace.products, trace.state_bytes, trace.numbers])
    kinds = [float] * 4 + [int] * 10
    rows = ([kind(v) for kind, v in zip(kinds, column, strict=True)] for column in blocks.T)
    return table(names, ([int(n), *row] for n, row in zip(trace.lengths, rows, strict=True)))


def figures_shown(trace: SequenceCostTrace, t: Say = english) -> list[tuple[str, str, str]]:
    """Label, value and help of each number above the curves."""
    ratio = trace.naive_picture_seconds / trace.picture_seconds
    passes = trace.picture_seconds / trace.one_pass
    with_it, without = (amount(float(trace.products[row, -1]), t) for row in (1, 2))
    drawn = t("{seconds:.4f} s, every draw in it", seconds=trace.picture_seconds)
    scaled = t(
        "{tokens} full passes, one a token; one a pixel would take {times} × as long",
        tokens=trace.tokens,
        times=trace.pictures[0].size // trace.tokens,
    )
    one = t("{passes:.3f}; the pass takes {seconds}", passes=passes, seconds=duration(trace.one_pass, t))
    saved = t(
        "{tokens} tokens: {with_it} with the cache, {without} without",
        tokens=trace.lengths[-1],
        with_it=with_it,
        without=without,
    )
    return [
        (t("With the cache"), duration(trace.picture_seconds, t), drawn),
        (t("Without, scaled"), duration(trace.naive_picture_seconds, t), scaled),
        (t("Without ÷ with"), f"{ratio:,.0f} ×", f"{ratio:.2f}"),
        (t("With ÷ one pass"), f"{passes:.1f} ×", one),
        (t("Products saved"), f"{trace.products[2, -1] / trace.products[1, -1]:,.0f} ×", saved),
    ]
