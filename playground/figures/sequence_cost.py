"""Figures of what a sequence costs against its length."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..traces import SequenceCostTrace
from . import style
from .cost import amount, duration
from .energy_files import Files, sheet, table
from .grid import columns_for, png

RECURRENT = style.CLASSES[3]  # purple; green, vermilion and grey mean the same on the page of the PixelCNN's cost
WAYS = ("recurrent", "attention, cache", "attention, no cache", "one parallel pass")
COLOURS = (RECURRENT, style.GOOD, style.WARN, style.QUIET)
MARKS = ("circle", "diamond", "square", "x")
HELD = ("state", "cache", "one pass at its peak")


def size(count: float) -> str:
    """Bytes in words: 3.38 kB, 1.2 MB."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count:.0f} B"


def curves(trace: SequenceCostTrace, height: int = 318) -> go.Figure:
    """Seconds measured, products counted and bytes held, each against the length, both axes logarithmic."""
    titles = ["<b>Seconds</b>, measured", "<b>Products</b>, counted", "<b>Bytes held</b>: measured, – – counted"]
    figure = make_subplots(1, 3, subplot_titles=titles, horizontal_spacing=0.065)
    lengths = trace.lengths
    for number, (name, colour, mark) in enumerate(zip(WAYS, COLOURS, MARKS, strict=True)):
        how = " (scaled)" if number == 2 else ""
        shared = {"name": name, "mode": "lines+markers", "marker": {"color": colour, "symbol": mark, "size": 7}}
        for column, (values, words) in enumerate(
            (
                (trace.seconds[number], [f"{s:.6f} s{how}" for s in trace.seconds[number]]),
                (trace.products[number], [f"{p:,} products" for p in trace.products[number].tolist()]),
            ),
            1,
        ):
            hover = f"{name}, %{{x}} tokens: <b>%{{text}}</b><extra></extra>"
            line = {"color": colour, "width": 2, "dash": "dot" if column == 1 and number == 2 else "solid"}
            look = {"line": line, "hovertemplate": hover, "showlegend": column == 1, "legendgroup": name}
            figure.add_trace(go.Scatter(x=lengths, y=values, text=words, **shared, **look), 1, column)
    for held, number in enumerate((0, 1, 3)):
        for values, dash, words in ((trace.state_bytes, "solid", "measured"), (4 * trace.numbers, "dash", "counted")):
            hover = f"{HELD[held]}, {words}, %{{x}} tokens: <b>%{{y:,}} bytes</b><extra></extra>"
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
    figure.update_xaxes(type="log", tickvals=ticks, title="tokens", showgrid=False, fixedrange=True)
    figure.update_yaxes(type="log", fixedrange=True, exponentformat="power", dtick=1, gridcolor=style.FAINT)
    figure.update_annotations(font_size=13)
    style.bare(figure, height, top=56)
    legend = {"orientation": "h", "x": 0, "y": 1.15, "yanchor": "bottom", "font": {"size": 12}}
    return figure.update_layout(showlegend=True, legend=legend, margin={"b": 40, "l": 44, "r": 6})


def bars(trace: SequenceCostTrace, height: int = 132) -> go.Figure:
    """Seconds of the pictures: one parallel pass, with the cache, and a pass for each token (scaled)."""
    names = [WAYS[3], "with the cache", "without it"]
    seconds = [trace.one_pass, trace.picture_seconds, trace.naive_picture_seconds]
    how = [f"median of {trace.picture_pass_seconds.size} passes", "measured, with every draw", "scaled from the passes"]
    floor = min(seconds) / 4
    shown = [duration(s) for s in seconds]
    shown[2] += " (scaled)"
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
    count = "One picture" if len(trace.pictures) == 1 else f"{len(trace.pictures)} pictures together"
    words = f"<b>{count}</b> of {high}×{wide} pixels, {trace.tokens} tokens: seconds"
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


def figures_shown(trace: SequenceCostTrace) -> list[tuple[str, str, str]]:
    """Label, value and help of each number above the curves."""
    ratio = trace.naive_picture_seconds / trace.picture_seconds
    pixels = trace.pictures[0].size
    passes = trace.picture_seconds / trace.one_pass
    with_it, without = (amount(float(trace.products[row, -1])) for row in (1, 2))
    saved = f"{trace.lengths[-1]} tokens: {with_it} with the cache, {without} without"
    return [
        ("With the cache", duration(trace.picture_seconds), f"{trace.picture_seconds:.4f} s, every draw in it"),
        (
            "Without, scaled",
            duration(trace.naive_picture_seconds),
            f"{trace.tokens} full passes, one a token; one a pixel would take {pixels // trace.tokens} × as long",
        ),
        ("Without ÷ with", f"{ratio:,.0f} ×", f"{ratio:.2f}"),
        ("With ÷ one pass", f"{passes:.1f} ×", f"{passes:.3f}; the pass takes {duration(trace.one_pass)}"),
        ("Products saved", f"{trace.products[2, -1] / trace.products[1, -1]:,.0f} ×", saved),
    ]
