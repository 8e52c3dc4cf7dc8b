"""Figures of how many parameters a distribution over n binary variables takes."""

import csv
import io
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageDraw, ImageFont
from plotly.subplots import make_subplots

from ..traces import ParameterTrace
from ..words import Say, english
from . import style
from .grid import png

NAMES = ("FVSBN", "NADE", "MADE")
COLOURS = (style.DATA, style.GOOD, style.BLIND)
ATOMS = 80  # log10: 0.25 baryons a cubic metre (Planck 2018 results VI) in 3.6 · 10⁸⁰ m³
NEAR, TOP = 32, 9.6  # the left panel: n and log10


def power(exponent: float) -> str:
    """10 to a power, for a label."""
    return f"10<sup>{exponent:.0f}</sup>"


def approximate(count: int) -> str:
    """A whole number as a · 10ᵇ in LaTeX, or as it is while it is short."""
    if count < 10**9:
        return f"{count:,}".replace(",", r"{,}")
    digits = str(count)
    mantissa, exponent = round(int(digits[:8]) / 1e7, 2), len(digits) - 1
    mantissa, exponent = (1.0, exponent + 1) if mantissa == 10 else (mantissa, exponent)
    return rf"{mantissa:.2f}\cdot 10^{{{exponent}}}"


def growth(trace: ParameterTrace, dark: bool, height: int = 300, t: Say = english) -> go.Figure:
    """log10 of the parameters against n: on the left where the table is overtaken, on the right the whole range."""
    figure = make_subplots(
        1,
        2,
        subplot_titles=[
            t("<b>Where the table becomes dearer</b>"),
            t("<b>Up to n = {last}</b>", last=trace.positions[-1]),
        ],
        horizontal_spacing=0.07,
    )
    lines = [(t("full table"), trace.table_log10, style.WARN, "solid", None)]
    for name, living, stored, colour in zip(NAMES, trace.living, trace.stored, COLOURS, strict=True):
        lines.append((name, np.log10(living), colour, "solid", living))
        if (stored != living).any():
            lines.append((t("{name}, stored", name=name), np.log10(stored), colour, "dot", stored))
    for column in (1, 2):
        for name, y, colour, dash, counts in lines:
            words = [f"{c:,}" for c in counts] if counts is not None else [f"10^{v:.2f}" for v in y]
            figure.add_trace(
                go.Scatter(
                    x=trace.positions,
                    y=y,
                    name=name,
                    mode="lines",
                    line={"color": colour, "dash": dash, "width": 1.5 if dash == "dot" else 2.5},
                    showlegend=column == 1,
                    legendgroup=name,
                    text=words,
                    hovertemplate=f"{name}, n = %{{x}}: " + t("<b>%{text}</b> parameters") + "<extra></extra>",
                ),
                1,
                column,
            )
        figure.add_vline(trace.n, line={"color": style.QUIET, "width": 1, "dash": "dash"}, col=column, row=1)
    crossings(figure, trace, t)
    figure.add_hline(ATOMS, line={"color": style.QUIET, "width": 1, "dash": "dot"}, row=1, col=2)
    figure.add_annotation(
        x=trace.positions[-1], y=ATOMS, xref="x2", yref="y2", text=t("atoms in the observable universe"),
        showarrow=False, xanchor="right", yanchor="bottom", font={"color": style.QUIET, "size": 12},
    )  # fmt: skip
    figure.update_xaxes(title=t("n, binary variables"), showgrid=False, fixedrange=True, zeroline=False)
    figure.update_yaxes(fixedrange=True, zeroline=False)
    figure.update_xaxes(range=[0.5, NEAR + 0.5], col=1)
    figure.update_xaxes(range=[0, trace.positions[-1] + 6], col=2)
    near, far = list(range(0, 10, 3)), [0, 80, 160, 240, 300]
    figure.update_yaxes(range=[-0.2, TOP], tickvals=near, ticktext=list(map(power, near)), title=t("parameters"), col=1)
    figure.update_yaxes(range=[-6, 312], tickvals=far, ticktext=list(map(power, far)), col=2)
    figure.update_annotations(font_size=13)
    style.bare(figure, height, top=26)
    return figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "y": -0.2, "x": 0, "font": {"size": 12}},
        margin={"b": 66, "l": 56, "r": 8},
        hovermode="closest",
    )


def crossings(figure: go.Figure, trace: ParameterTrace, t: Say = english) -> None:
    """A ring on the table's line at the least n from which on the table has more parameters than a model."""
    seen: dict[int, list[str]] = {}
    for name, n in zip(NAMES, trace.crossing, strict=True):
        seen.setdefault(int(n), []).append(name)
    for place, (n, names) in enumerate(sorted(seen.items())):
        y = float(trace.table_log10[n - 1])
        figure.add_trace(
            go.Scatter(
                x=[n],
                y=[y],
                mode="markers",
                marker={"size": 11, "symbol": "circle-open", "color": style.WARN, "line": {"width": 2.5}},
                showlegend=False,
                hovertemplate=t("from n = {n} on the table is dearer than {models}", n=n, models=t(" and ").join(names))
                + "<extra></extra>",
            ),
            1,
            1,
        )
        figure.add_annotation(
            x=n, y=y, xref="x", yref="y", text=f"<b>{n}</b>", showarrow=False, font={"size": 12},
            xshift=16 if place < len(seen) - 1 else -14, yshift=-11 if place < len(seen) - 1 else 11,
        )  # fmt: skip


def to_png(trace: ParameterTrace, width: int = 960, height: int = 600) -> bytes:
    """The right panel as a picture, with the numbers at the chosen n."""
    image = Image.new("RGB", (width, height), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(15)
    left, right, top, bottom = 80, width - 30, 30, height - 150
    most, highest = trace.positions[-1], 320.0

    def place(n: float, y: float) -> tuple[float, float]:
        return left + (right - left) * n / most, bottom - (bottom - top) * y / highest

    for exponent in range(0, 321, 40):
        (x, y), (end, _) = place(0, exponent), place(most, exponent)
        pen.line([x, y, end, y], fill="#dddddd" if exponent != ATOMS else style.QUIET)
        pen.text((x - 8, y), f"1e{exponent}", fill="black", font=font, anchor="rm")
    pen.text((right, place(0, ATOMS)[1] - 3), "atoms in the observable universe", style.QUIET, font, "rs")
    for n in range(0, most + 1, 128):
        pen.text((place(n, 0)[0], bottom + 8), str(n), fill="black", font=font, anchor="ma")
    rows = [("full table", trace.table_log10, style.WARN, f"2^{trace.n} - 1")]
    rows += [
        (name, np.log10(living), colour, f"{living[trace.n - 1]:,} living, {stored[trace.n - 1]:,} stored")
        for name, living, stored, colour in zip(NAMES, trace.living, trace.stored, COLOURS, strict=True)
    ]
    for row, (name, y, colour, words) in enumerate(rows):
        pen.line([place(n, v) for n, v in zip(trace.positions, y, strict=True)], fill=colour, width=3)
        at = bottom + 40 + 24 * row
        pen.line([left, at + 9, left + 30, at + 9], fill=colour, width=4)
        size = f", n = {trace.n}" + (f", H = {trace.hidden}" if name in NAMES[1:] else "")
        pen.text((left + 40, at), f"{name}{size}: {words} parameters", fill="black", font=font)
    return png(image)


def to_csv(trace: ParameterTrace) -> str:
    """One row for each n; the table's size is written out exactly."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["n", "full_table", *(f"{name}_{what}" for name in NAMES for what in ("stored", "living"))])
    both = np.stack([trace.stored, trace.living], 1).reshape(-1, len(trace.positions)).T  # (N, 2M)
    writer.writerows([n, 2**n - 1, *row] for n, row in zip(trace.positions.tolist(), both.tolist(), strict=True))
    return buffer.getvalue()


def files(trace: ParameterTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: to_png(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def table(trace: ParameterTrace, t: Say = english) -> str:
    """The numbers at the chosen n, in Markdown with the formulas typeset."""
    at = trace.n - 1
    exact = f"{trace.table:,}" if trace.table < 10**9 else rf"${{\approx {approximate(trace.table)}}}$"
    lines = [
        t("| | formula | parameters | stored | dearer\u00a0from | pass | sample |"),
        "|---|---|---:|---:|---:|---:|---:|",
        f"| {t('table')} | $2^n-1$ | {exact} | – | – | – | – |",
    ]
    deeper = {1: "", 2: "+H^2+H", 3: "+2(H^2+H)"}[trace.layers]
    formulas = (
        "$n(n-1)/2+n$",
        "$2nH+H+n$",
        f"$2nH+H+n$ ${{}}{deeper}{'+n^2' if trace.direct else ''}-\\text{{masked}}$",
    )
    for m, (name, formula) in enumerate(zip(NAMES, formulas, strict=True)):
        counts = [f"{trace.living[m, at]:,}", f"{trace.stored[m, at]:,}", str(trace.crossing[m])]
        counts += [f"{work[m]:,}" for work in (trace.pass_multiplications, trace.sample_multiplications)]
        lines.append(f"| {name} | {formula} | {' | '.join(counts)} |")
    return "\n".join(lines)
