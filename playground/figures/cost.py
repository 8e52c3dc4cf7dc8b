"""Figures of what sampling costs."""

import csv
import io
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..traces import CostTrace
from ..words import Say, english
from . import style
from .grid import PAPER, enlarge, png, shades, tile


def amount(value: float, t: Say = english) -> str:
    """A count in words that fit on a bar: 204 million, 1.2 billion."""
    if value >= 1e12:
        return t("{number:.3g} trillion", number=value / 1e12)
    if value >= 1e9:
        return t("{number:.3g} billion", number=value / 1e9)
    if value >= 1e6:
        return t("{number:.3g} million", number=value / 1e6)
    if value >= 1e3:
        return t("{number:.3g} thousand", number=value / 1e3)
    return f"{value:.0f}"


def duration(seconds: float, t: Say = english) -> str:
    """Seconds in words: 0.20 s, 14 ms, 3.4 min."""
    if seconds < 0.1:
        return t("{number:.3g} ms", number=seconds * 1000)
    if seconds < 120:
        return t("{number:.3g} s", number=seconds)
    return t("{number:.3g} min", number=seconds / 60)


def bars(trace: CostTrace, height: int = 300, t: Say = english) -> go.Figure:
    """Seconds and multiply-adds of one full pass, cached sampling and naive sampling, on logarithmic scales."""
    passes, count = trace.step_seconds.size, trace.batch
    names = [t("one full pass"), t("cached sampling"), t("naive sampling")]
    seconds = [trace.one_pass_seconds, trace.cached_seconds, trace.naive_seconds]
    work = [count * m for m in (trace.pass_multiplications, trace.cached_multiplications)]
    work.append(passes * count * trace.pass_multiplications)
    how = [
        t("median of {count} measured passes", count=trace.pass_seconds.size),
        t("measured, all {passes} steps", passes=passes),
        t("scaled: {count} of {passes} passes measured", count=trace.pass_seconds.size, passes=passes),
    ]
    of_seconds = t("Seconds for one digit") if count == 1 else t("Seconds for {count} digits", count=count)
    figure = make_subplots(
        1,
        2,
        subplot_titles=[f"<b>{of_seconds}</b>", t("<b>Multiply-adds</b> (counted)")],
        horizontal_spacing=0.14,
        shared_yaxes=True,
    )
    colours = [style.QUIET, style.GOOD, style.WARN]
    shown = [duration(s, t) for s in seconds], [amount(w, t) for w in work]
    shown[0][2] = t("{seconds} (scaled)", seconds=shown[0][2])
    for place, (values, texts, unit) in enumerate(((seconds, shown[0], "s"), (work, shown[1], t("multiply-adds"))), 1):
        floor = min(values) / 4
        figure.add_trace(
            go.Bar(
                x=values,
                y=names,
                base=0,
                orientation="h",
                marker={"color": colours, "pattern": {"shape": ["", "", "/" if place == 1 else ""], "solidity": 0.25}},
                text=texts,
                textposition="outside",
                cliponaxis=False,
                customdata=how if place == 1 else [t("counted from the layer sizes")] * 3,
                hovertemplate=f"%{{y}}: <b>%{{x:.6g}} {unit}</b><br>%{{customdata}}<extra></extra>",
            ),
            1,
            place,
        )
        limits = [np.log10(floor), np.log10(max(values)) + 0.34 * np.log10(max(values) / floor)]
        figure.update_xaxes(
            type="log", range=limits, showticklabels=False, showgrid=False, ticks="", fixedrange=True, col=place
        )
    figure.update_yaxes(autorange="reversed", fixedrange=True, showgrid=False)
    figure.update_annotations(font_size=14)
    style.bare(figure, height, top=34)
    return figure.update_layout(bargap=0.35, margin={"l": 110, "r": 8})


def steps(trace: CostTrace, height: int = 170, t: Say = english) -> go.Figure:
    """Milliseconds of every cached step, and of the full passes measured, along the raster order."""
    figure = go.Figure()
    series = (
        (
            np.arange(trace.step_seconds.size),
            trace.step_seconds,
            style.GOOD,
            t("cached step"),
            t("cached step for pixel %{x}"),
            3,
        ),
        (trace.positions, trace.pass_seconds, style.WARN, t("full pass"), t("full pass for pixel %{x}"), 5),
    )
    for x, y, colour, name, hover, size in series:
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y * 1000,
                mode="markers",
                marker={"color": colour, "size": size},
                name=name,
                hovertemplate=f"{hover}: <b>%{{y:.3f}} ms</b><extra></extra>",
            )
        )
    figure.update_yaxes(
        type="log", title="ms", fixedrange=True, tickvals=[0.01, 0.1, 1, 10, 100, 1000, 10_000], tickformat="~g"
    )
    figure.update_xaxes(title=t("pixel, in raster order"), showgrid=False, fixedrange=True)
    style.bare(figure, height, top=6)
    return figure.update_layout(margin={"b": 44, "l": 52, "r": 8})


def both_ways(trace: CostTrace, most: int = 4) -> list[np.ndarray]:
    """Two pictures (rows, columns, 3): drawn with caches, and the stretch drawn naively; the rest of it is faded."""
    shown = min(trace.batch, most)
    faded = np.ones(trace.shape[0] * trace.shape[1], bool)
    faded[trace.positions] = False
    faded = faded.reshape(trace.shape)
    found = []
    for pictures, fade in ((trace.cached_pictures, False), (trace.naive_pictures, True)):
        colours = shades(pictures[:shown], trace.levels)
        if fade:
            pale = (0.22 * colours + 0.78 * PAPER).astype(np.uint8)
            colours = np.where(faded[None, ..., None], pale, colours)
        sheet = tile(colours, 1 if shown == 1 else 2)
        found.append(np.asarray(enlarge(sheet, max(1, 168 // sheet.shape[1]))))
    return found


def files(trace: CostTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: png(enlarge(tile(shades(trace.cached_pictures, trace.levels), 4), 8))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def to_csv(trace: CostTrace) -> str:
    """One row per position: seconds of its cached step and, where it was measured, of its full pass."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["position", "cached_step_seconds", "full_pass_seconds"])
    passes = dict(zip(trace.positions.tolist(), trace.pass_seconds.tolist(), strict=True))
    writer.writerows([k, s, passes.get(k, "")] for k, s in enumerate(trace.step_seconds.tolist()))
    return buffer.getvalue()
