"""Figures and words of the energy views: where a picture stands among real digits, what each pixel would change."""

import base64
import math

import numpy as np
import plotly.graph_objects as go

from ..traces import AnomalyTrace, DenoiseTrace, EnergyChainTrace, RatioTrace
from ..words import Say, english
from . import style
from .energy_files import sheet
from .grid import png

DIVERGING = (
    [[0, "#c45200"], [0.5, "#f7f7f5"], [1, "#0060a0"]],
    [[0, "#ff9646"], [0.5, "#161a21"], [1, "#60b2f2"]],
)


def titles(t: Say = english) -> dict[str, str]:
    """The versions of a picture, in words."""
    return {
        "as drawn": t("as drawn"),
        "inverted": t("inverted"),
        "shuffled": t("shuffled"),
        "rotated": t("turned 90°"),
        "blurred": t("blurred"),
        "noise": t("noise"),
    }


def number(value: float, digits: int = 1, plus: bool = False) -> str:
    """A number with thousands, a true minus sign and, if asked, its plus."""
    text = f"{value:+,.{digits}f}" if plus else f"{value:,.{digits}f}"
    return text.replace("-", "−")


def rank(energy: float, reference: np.ndarray) -> float:
    """The share of real digits, 0 … 1, whose energy is lower."""
    return float((reference < energy).mean())


def rank_words(energy: float, reference: np.ndarray, t: Say = english) -> str:
    """The rank as a judgement."""
    share, count = rank(energy, reference), len(reference)
    if share == 1:
        return t("above every one of {count:,} real digits: an anomaly", count=count)
    if share == 0:
        return t("below every one of {count:,} real digits: more probable to the model than any digit", count=count)
    if share < 0.05:
        words = t("as low as few digits")
    elif share < 0.75:
        words = t("ordinary")
    elif share < 0.95:
        words = t("within the range of digits")
    else:
        words = t("unusual") if share < 0.99 else t("very unusual")
    return t("above {share:.1%} of {count:,} real digits: {words}", share=share, count=count, words=words)


def standing(trace: AnomalyTrace, reference: np.ndarray, height: int = 186, t: Say = english) -> go.Figure:
    """A histogram of the energies of real digits with the picture's, and those of its versions, marked."""
    low, high = float(reference.min()), float(reference.max())
    reach = 0.25 * (high - low)
    left, right = low - reach, high + reach
    counts, edges = np.histogram(reference, 60)
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges),
            customdata=np.stack([edges[:-1], edges[1:]], -1),
            marker={"color": style.DATA, "opacity": 0.75, "line": {"width": 0}},
            hovertemplate=t("E from %{customdata[0]:.1f} to %{customdata[1]:.1f} nats: %{y} real digits")
            + "<extra></extra>",
        )
    )
    top, named = int(counts.max()), titles(t) | {"rotated": t("rotated")}
    marks = sorted(zip(trace.energies.tolist(), trace.versions, strict=True))
    outside = {"left": 0, "right": 0}
    for place, (energy, version) in enumerate(marks):
        at = min(max(energy, left), right)
        own = version == "as drawn"
        side = "left" if energy < left else "right" if energy > right else ""
        arrow = {"left": "← ", "right": " →", "": ""}[side]
        if side:
            outside[side] += 1
        name = t("this picture") if own else named[version]
        text = f"{name} {number(energy, 0)}"
        colour, crowded = (style.WARN if own else style.QUIET), at > right - 0.2 * (right - left)
        level = 1.78 - 0.22 * (outside[side] - 1 if side else place % 3 + 3 * crowded)  # beneath those beyond the edge
        if not side:
            figure.add_shape(
                type="line",
                x0=at,
                x1=at,
                y0=0,
                y1=top * level,
                line={"color": colour, "width": 3 if own else 1.5},
            )
        figure.add_annotation(
            x=at,
            y=top * level,
            text=f"<b>{arrow if side == 'left' else ''}{text}{arrow if side == 'right' else ''}</b>"
            if own
            else f"{arrow if side == 'left' else ''}{text}{arrow if side == 'right' else ''}",
            showarrow=False,
            xanchor="right" if crowded else "left",
            xshift=-4 if crowded else 4,
            yanchor="middle",
            font={"color": colour, "size": 13 if own else 12},
        )
    figure.update_xaxes(
        title=t("E(x) of {count:,} real digits, nats: low is probable", count=len(reference)),
        range=[left, right],
        fixedrange=True,
        zeroline=False,
    )
    figure.update_yaxes(showgrid=False, showticklabels=False, fixedrange=True, range=[0, 1.9 * top])
    style.bare(figure, height, top=2)
    return figure.update_layout(bargap=0, margin={"b": 42})


def force(gradient: np.ndarray, picture: np.ndarray, dark: bool, height: int = 330, t: Say = english) -> go.Figure:
    """−∇E of every pixel: blue where more ink would lower E, orange where less would."""
    limit = max(float(np.abs(gradient).max()), 1e-9)
    return _map(-gradient, picture, limit, dark, height, "−∂E/∂x = %{z:+.2f} nats", "nats", t)


def flips(trace: RatioTrace, dark: bool, height: int = 330, t: Say = english) -> go.Figure:
    """log p(x′ with one pixel flipped) / p(x′) for every pixel, with unseen cells that can be clicked."""
    limit = max(float(np.quantile(np.abs(trace.flips), 0.995)), 1e-9)
    figure = _map(trace.flips, trace.pictures[1], limit, dark, height, t("flipped: log p %{z:+.2f} nats"), "Δ log p", t)
    words = np.empty(trace.shape, object)
    for row, column in np.ndindex(trace.shape):
        value, change = trace.pictures[1, row, column], trace.flips[row, column]
        words[row, column] = t(
            "row {row}, column {column}: x′ = {value:.2f} → {other:.0f}"
            "<br>log p(x″)/p(x′) = <b>{change} nats</b><br>click to do it",
            row=row + 1,
            column=column + 1,
            value=value,
            other=float(value < 0.5),
            change=number(change, 2, plus=True),
        )
    figure.add_trace(style.click_layer(words, max(4, height / trace.shape[0] - 2)))
    return figure.update_layout(clickmode="event+select")


def _map(
    values: np.ndarray, picture: np.ndarray, limit: float, dark: bool, height: int, words: str, unit: str, t: Say
) -> go.Figure:
    figure = go.Figure(
        go.Heatmap(
            z=values,
            customdata=picture,
            zmin=-limit,
            zmax=limit,
            colorscale=DIVERGING[dark],
            colorbar={"thickness": 8, "len": 0.85, "title": {"text": unit, "side": "top"}, "outlinewidth": 0, "x": 1.0},
            hovertemplate=f"{t('row %{y}, column %{x}: x = %{customdata:.2f}')}<br><b>{words}</b><extra></extra>",
        )
    )
    figure.set_subplots(1, 1)
    rows, columns = np.nonzero(picture > 0.5)
    dots = {"size": 3, "color": style.QUIET, "symbol": "square"}
    figure.add_trace(go.Scatter(x=columns, y=rows, mode="markers", marker=dots, hoverinfo="skip"))
    style.square_cells(figure, picture.shape)
    return style.bare(figure, height, top=4)


def versions(
    trace: AnomalyTrace,
    reference: np.ndarray | None,
    auroc: dict[str, float],
    dark: bool = False,
    t: Say = english,
) -> str:
    """A table as HTML: each version's picture, E and rank, and the AUROC of validation digits against its like."""
    rows, named = [], titles(t)
    for version, picture, energy in zip(trace.versions, trace.pictures, trace.energies.tolist(), strict=True):
        data = base64.b64encode(png(sheet((1 - picture if dark else picture)[None], 1, 112))).decode()
        place = "" if reference is None else f"{rank(energy, reference):.1%}"
        measured = auroc.get(version)
        rows.append(
            f'<tr><td><img alt="{named[version]}" width="34" height="34" style="image-rendering:pixelated;'
            f'display:block" '
            f'src="data:image/png;base64,{data}"></td><td style="white-space:nowrap">{named[version]}</td>'
            f"<td>{number(energy)}</td><td>{place}</td><td>{'' if measured is None else f'{measured:.4f}'}</td></tr>"
        )
    heads = ("", "", "E, nats", t("digits below"), "AUROC")
    top = "".join(f"<th>{head}</th>" for head in heads)
    return (
        "<style>.pg-versions{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;width:100%}"
        ".pg-versions th{font-size:11.5px;font-weight:600;text-align:right;padding:0 4px 2px;opacity:.75;"
        "white-space:nowrap}"
        ".pg-versions td{padding:2px 4px;text-align:right;border-top:1px solid rgba(128,138,150,.25)}"
        ".pg-versions td:nth-child(2){text-align:left}.pg-versions td:first-child{padding-left:0;width:40px}</style>"
        f'<table class="pg-versions"><thead><tr>{top}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def moves(found: list[tuple[str, float]], height: int = 170, t: Say = english) -> go.Figure:
    """The chain of moves: each adds its log ratio, the bars end at log p(now)/p(where the chain began)."""
    names = [f"{place}. {words}" for place, (words, _) in enumerate(found, 1)]
    total = sum(value for _, value in found)
    figure = go.Figure(
        go.Waterfall(
            x=[*names, t("all moves")],
            y=[*(value for _, value in found), total],
            measure=["relative"] * len(found) + ["total"],
            text=[number(value, 1, plus=True) for value in (*(v for _, v in found), total)],
            textposition="outside",
            increasing={"marker": {"color": style.DATA}},
            decreasing={"marker": {"color": style.WARN}},
            totals={"marker": {"color": style.QUIET}},
            connector={"line": {"width": 1, "color": style.QUIET}},
            hovertemplate=t("%{x}: log ratio %{text} nats") + "<extra></extra>",
            cliponaxis=False,
        )
    )
    figure.update_xaxes(fixedrange=True, tickangle=0, tickfont={"size": 11})
    figure.update_yaxes(title=t("log ratio, nats"), fixedrange=True, zeroline=True, zerolinecolor=style.MIDDLE)
    style.bare(figure, height, top=18)
    return figure.update_layout(margin={"l": 56, "b": 22})


def ratio_line(trace: RatioTrace, t: Say = english) -> str:
    """The ratio with its parts plugged in, as Markdown."""
    first, second = (number(e, 2) for e in trace.energies)
    ratio = trace.log_ratio
    factor = math.exp(min(abs(ratio), 700))
    odds = f"{factor:,.{0 if factor >= 100 else 2}f}" if factor < 1e6 else f"10^{abs(ratio) / math.log(10):,.1f}"
    if abs(ratio) < 5e-4:
        end = t("both are equally probable")
    else:
        end = t("**{odds} : 1** for {winner}", odds=odds, winner="x′" if ratio > 0 else "x")
    return (
        f"log p(x′)/p(x) = E(x) − E(x′) = {first} − ({second}) = **{number(ratio, 2, plus=True)} nats**, "
        f"log p(x)/p(x′) = {number(-ratio, 2, plus=True)}; {end}"
    )


def chain_words(trace: EnergyChainTrace, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson of the chains names."""
    ends = trace.energies[:, [0, -1]]
    ends = ends[np.isfinite(ends).all(1)]
    before, after = ends.mean(0) if len(ends) else (math.nan, math.nan)
    taken = t("every step")
    if trace.accepted.size:
        taken = t("{share:.1%} of the proposals", share=trace.accepted.mean())
    return {
        "chains": str(len(trace.energies)),
        "steps": f"{trace.energies.shape[1] - 1:,}",
        "begin": number(before, 0),
        "end": number(after, 0),
        "kernel": trace.kernel.upper(),
        "taken": taken,
        "noise": f"{trace.noise:g}",
        "step": f"{trace.step_size:g}",
        "floor": f"{trace.shape[0] * trace.shape[1] / 2:,.0f}",
    }


def denoise_words(trace: DenoiseTrace) -> dict[str, str]:
    """The numbers that the lesson of the denoising names."""
    best = trace.rmse.argmin(1)
    return {
        "before": f"{trace.rmse[0, 0]:.3f}",
        "descent": f"{trace.rmse[0].min():.3f}",
        "at": str(int(best[0])),
        "end": f"{trace.rmse[0, -1]:.3f}",
        "tweedie": f"{trace.rmse[2, -1]:.3f}",
        "noise": f"{trace.noise:g}",
        "clean": number(trace.clean_energy),
        "low": number(float(trace.energies[0].min())),
    }
