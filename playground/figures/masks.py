"""Figures of kernels and receptive fields."""

import csv
import io
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..traces import KernelTrace, ReceptiveFieldTrace
from ..words import Say, english
from . import style

DECADES = 4  # the strength's colours span at most this many powers of ten below the strongest pixel


def legend(dark: bool = False, t: Say = english) -> str:
    """What the colours mean, as HTML."""
    meanings = (
        (
            f"linear-gradient(90deg,{','.join(style.STRENGTH[dark])})",
            t("reached; brighter is stronger (log)") if dark else t("reached; deeper is stronger (log)"),
        ),
        (style.BLIND, t("blind spot")),
        (f"transparent;border:2.5px solid {style.WARN}", t("the output pixel; a kernel's centre")),
        (style.MIDDLE, t("earlier, out of reach; or mask 0")),
        (style.FAINT, t("later: hidden by every mask")),
    )
    return "".join(
        f'<div style="display:flex;gap:.5rem;align-items:center;font-size:.82rem;line-height:1.5">'
        f'<span style="width:14px;height:14px;border-radius:2px;flex:none;background:{colour}"></span>{words}</div>'
        for colour, words in meanings
    )


def kernels(traces: list[KernelTrace], dark: bool = False, height: int = 178, t: Say = english) -> go.Figure:
    """Every kernel on a 7×7 grid around the pixel being computed: 1 used, 0 masked; colour is the learned norm."""
    found = [(trace, k) for trace in traces for k in range(len(trace.names))]
    titles = [_called(trace.names[k], t) for trace, k in found]
    figure = make_subplots(1, len(found), subplot_titles=titles, horizontal_spacing=0.012)
    for place, (trace, k) in enumerate(found, 1):
        inside, mask, norm = trace.inside[k], trace.mask[k], trace.norm[k]
        middle = mask.shape[0] // 2
        figure.add_trace(style.flat_layer(~inside, style.FAINT), 1, place)
        figure.add_trace(style.flat_layer(inside & ~mask, style.MIDDLE, "0"), 1, place)
        figure.add_trace(
            go.Heatmap(
                z=np.where(mask, norm, np.nan),
                zmin=0,
                zmax=float(norm.max()),
                colorscale=style.scale(style.STRENGTH, dark),
                showscale=False,
                hoverinfo="skip",
                xgap=1,
                ygap=1,
                text=np.where(mask, "1", ""),
                texttemplate="%{text}",
                textfont={"size": 10},
            ),
            1,
            place,
        )
        texts = np.empty(mask.shape, object)
        for row, column in np.ndindex(*mask.shape):
            texts[row, column] = _tap(row - middle, column - middle, inside[row, column], mask[row, column], norm, t)
        figure.add_trace(style.click_layer(texts, 12), 1, place)
        figure.add_shape(**style.outline(middle, middle), row=1, col=place)
        style.square_cells(figure, mask.shape, place)
    figure.update_annotations(selector={"yref": "paper"}, font_size=12)
    return style.bare(figure, height, top=24)


def _tap(down: int, right: int, inside: bool, used: bool, norm: np.ndarray, t: Say) -> str:
    vertical = t("{count} up", count=-down) if down < 0 else t("{count} down", count=down)
    sideways = t("{count} left", count=-right) if right < 0 else t("{count} right", count=right)
    where = " ".join([vertical] * (down != 0) + [sideways] * (right != 0)) or t("the pixel itself")
    if not inside:
        return t("looks at {where}: outside this kernel", where=where)
    if not used:
        return t("looks at {where}: mask 0, hidden", where=where)
    return t("looks at {where}: mask 1<br>weight norm {norm:.4g}", where=where, norm=norm[down + 3, right + 3])


def _called(name: str, t: Say) -> str:
    """The name of a layer or a kernel, which may end in a number."""
    kind, _, number = name.rpartition(" ")
    first = {
        "conv 7×7 A": t("conv 7×7 A"),
        "conv 7×7": t("conv 7×7"),
        "7×7, mask type A": t("7×7, mask type A"),
        "vertical 3×7": t("vertical 3×7"),
        "horizontal 1×3": t("horizontal 1×3"),
    }
    return first.get(name) or {
        "block": t("block {number}", number=number),
        "layer": t("layer {number}", number=number),
        "vertical 2×3, layer": t("vertical 2×3, layer {number}", number=number),
        "horizontal 1×2, layer": t("horizontal 1×2, layer {number}", number=number),
        "3×3, mask type B, block": t("3×3, mask type B, block {number}", number=number),
    }.get(kind, name)


def receptive_fields(
    traces: list[ReceptiveFieldTrace],
    depth: int,
    dark: bool = False,
    cell: float = 9,
    height: int = 336,
    t: Say = english,
) -> go.Figure:
    """The gradient of each model at one depth, and beside it what the masks of the first one alone predict."""
    stages = [min(depth, len(trace.stages) - 1) for trace in traces]
    titles = [heading(trace, s, t) for trace, s in zip(traces, stages, strict=True)]
    agree = int((traces[0].reached()[stages[0]] == traces[0].reach[stages[0]]).sum())
    pixels = traces[0].reach[0].size
    verdict = t("the same") if agree == pixels else t("differs at {count} pixels", count=pixels - agree)
    titles.append(
        t(
            "<b>{family}, by its masks alone</b><br>{count} pixels · {verdict}",
            family=_family(traces[0]),
            count=traces[0].reach[stages[0]].sum(),
            verdict=verdict,
        )
    )
    figure = make_subplots(1, len(titles), subplot_titles=titles, horizontal_spacing=0.02)
    for place, (trace, stage) in enumerate(zip(traces, stages, strict=True), 1):
        _panel(figure, place, trace, stage, trace.reached()[stage], trace.gradient[stage], cell, dark, t)
    _panel(figure, len(titles), traces[0], stages[0], traces[0].reach[stages[0]], None, cell, dark, t)
    figure.update_annotations(font_size=13)
    return style.bare(figure, height, top=42)


def _family(trace: ReceptiveFieldTrace) -> str:
    return "Gated PixelCNN" if trace.gated else "PixelCNN"


def heading(trace: ReceptiveFieldTrace, stage: int, t: Say = english) -> str:
    """Model, depth and counts, for a panel's title."""
    blind = int(trace.blind()[stage].sum())
    return t(
        "<b>{family}, after {stage}</b><br>{reached} of {earlier} earlier pixels · {blind} blind",
        family=_family(trace),
        stage=_called(trace.stages[stage], t),
        reached=trace.reached()[stage].sum(),
        earlier=trace.earlier(),
        blind=blind,
    )


def _panel(
    figure: go.Figure,
    place: int,
    trace: ReceptiveFieldTrace,
    stage: int,
    reached: np.ndarray,
    strength: np.ndarray | None,
    cell: float,
    dark: bool,
    t: Say,
) -> None:
    height, width = reached.shape
    flat = np.arange(height * width).reshape(height, width)
    earlier = flat < trace.row * width + trace.column
    blind = trace.box[stage] & ~reached
    figure.add_trace(style.flat_layer(~earlier, style.FAINT), 1, place)
    figure.add_trace(style.flat_layer(earlier & ~reached & ~blind, style.MIDDLE), 1, place)
    figure.add_trace(style.flat_layer(blind, style.BLIND), 1, place)
    if strength is None:
        figure.add_trace(style.flat_layer(reached, style.DATA), 1, place)
    else:
        with np.errstate(divide="ignore"):
            logarithm = np.where(reached, np.log10(strength), np.nan)
        top = float(np.nanmax(logarithm)) if reached.any() else 0.0
        low = max(top - DECADES, float(np.nanmin(logarithm))) if reached.any() else -1.0
        figure.add_trace(
            go.Heatmap(
                z=logarithm.clip(low),
                zmin=min(low, top - 0.5),
                zmax=top,
                colorscale=style.scale(style.STRENGTH, dark),
                showscale=False,
                hoverinfo="skip",
            ),
            1,
            place,
        )
    texts = np.empty(reached.shape, object)
    for row, column in np.ndindex(height, width):
        if (row, column) == (trace.row, trace.column):
            words = t("the output pixel: it never sees itself")
        elif not earlier[row, column]:
            words = t("later in raster order: hidden")
        elif blind[row, column]:
            words = t("blind spot: within the layers' span, but nothing comes from here")
        elif not reached[row, column]:
            words = t("earlier, but too far for this depth")
        else:
            how = 0.0 if strength is None else strength[row, column]
            words = t("reached") if strength is None else t("reached, strength {strength:.3g}", strength=how)
        texts[row, column] = t("row {row}, column {column}<br>{words}", row=row, column=column, words=words)
    figure.add_trace(style.click_layer(texts, cell), 1, place)
    figure.add_shape(**style.outline(trace.row, trace.column), row=1, col=place)
    style.square_cells(figure, reached.shape, place)


def files(traces: list[ReceptiveFieldTrace]) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker): the arrays of the first trace, and a table of all."""
    return {"npz": ("npz", traces[0].to_bytes), "CSV": ("csv", lambda: to_csv(traces))}


def to_csv(traces: list[ReceptiveFieldTrace]) -> str:
    """One row per model, stage and earlier pixel."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["checkpoint", "stage", "row", "column", "gradient", "reached_by_masks", "blind"])
    for trace in traces:
        blind, width = trace.blind(), trace.gradient.shape[2]
        for stage, name in enumerate(trace.stages):
            for position in range(trace.earlier()):
                row, column = divmod(position, width)
                at = (stage, row, column)
                writer.writerow(
                    [trace.checkpoint, name, row, column, trace.gradient[at], int(trace.reach[at]), int(blind[at])]
                )
    return buffer.getvalue()
