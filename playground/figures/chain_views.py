"""Two lessons about chains: what dimension does to a step, and why eight hills take so long."""

import csv
import io
from collections.abc import Callable, Mapping

import numpy as np
import plotly.graph_objects as go
from PIL import Image
from plotly.subplots import make_subplots

from ..traces import KERNELS, DimensionTrace, ModesTrace
from ..words import Say, english
from . import style
from .chains import CHAINS
from .grid import PAPER, enlarge, png, tile

COLOURS = ("#0072b2", "#00805e", "#d55e00"), ("#4fa3e3", "#2bbd90", "#ff8b3d")  # random walk, MALA, HMC
EXPONENT = {0.5: "1", 1 / 6: "1/3", 0.25: "1/4"}  # of the cost: random walk d, MALA d^(1/3), HMC d^(1/4)
HEIGHT = 500
POINTS = 1_500  # draws of a kernel that are shown


def short(t: Say = english) -> dict[str, str]:
    """The kernels by name, in a word."""
    return {"metropolis": t("Random walk"), "mala": "MALA", "hmc": "HMC", "tempering": t("Tempering")}


def dimension(trace: DimensionTrace, dark: bool = False, t: Say = english) -> go.Figure:
    """Left the acceptance rate, right effective draws for each energy or gradient, against d; bars: over the chains."""
    figure = make_subplots(
        1,
        2,
        subplot_titles=[f"<b>{t('Acceptance rate')}</b>", f"<b>{t('Effective draws for one energy or gradient')}</b>"],
        horizontal_spacing=0.08,
    )
    d, names, ways = trace.dimensions, short(t), (t("the same ε for every d"), t("ε scaled with d"))
    for column, values, digits in ((1, trace.acceptance, ".1%"), (2, trace.efficiency, ".4f")):
        for way, k in np.ndindex(values.shape[:2]):
            mean, spread = values[way, k].mean(-1), values[way, k].std(-1)
            name = names[trace.kernels[k]]
            figure.add_scatter(
                x=d,
                y=mean,
                error_y={"array": spread, "thickness": 1.2, "width": 2} if way else None,
                mode="lines+markers",
                line={"color": COLOURS[dark][k], "width": 2.5 if way else 1.6, "dash": "solid" if way else "dot"},
                marker={"size": 7 if way else 5, "symbol": "circle" if way else "circle-open"},
                name=name if way else t("{name}, same ε", name=name),
                showlegend=column == 1 and bool(way),
                customdata=np.stack([trace.step_sizes[way, k], spread], 1),
                hovertemplate=f"{name}, d = %{{x}}, ε = %{{customdata[0]:.3f}} ({ways[way]}): <b>%{{y:{digits}}}</b> "
                f"± %{{customdata[1]:{digits}}}<extra></extra>",
                row=1,
                col=column,
            )
    for k, power in enumerate(trace.powers):
        slope = 1.0 if power == 0.5 else 1 / 3 if power < 0.2 else 0.25
        anchor = len(d) // 2
        level = trace.efficiency[1, k].mean(-1)[anchor] * (d / d[anchor]) ** -slope
        figure.add_scatter(
            x=d,
            y=level,
            mode="lines",
            line={"color": COLOURS[dark][k], "width": 9},
            opacity=0.16,
            hoverinfo="skip",
            showlegend=False,
            row=1,
            col=2,
        )
        figure.add_annotation(
            x=np.log10(d[-1]), y=np.log10(level[-1]), xref="x2", yref="y2", text=f" d<sup>−{EXPONENT[power]}</sup>",
            showarrow=False, xanchor="left", font={"color": COLOURS[dark][k], "size": 13},
        )  # fmt: skip
    figure.add_hline(1 / trace.steps, line={"color": style.QUIET, "width": 1, "dash": "dash"}, row=1, col=2)
    figure.add_annotation(
        x=0, y=np.log10(1 / trace.steps), xref="x2", yref="y2", text=t("one draw a chain: less cannot be measured"),
        showarrow=False, xanchor="left", yanchor="bottom", font={"color": style.QUIET, "size": 11},
    )  # fmt: skip
    figure.update_xaxes(
        type="log", tickvals=d, ticktext=[str(v) for v in d], title=t("d, dimensions"), fixedrange=True, showgrid=False
    )
    figure.update_xaxes(range=[-0.08, np.log10(d[-1]) + 0.25], col=2)
    figure.update_yaxes(fixedrange=True, zeroline=False)
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%", col=1)
    figure.update_yaxes(type="log", dtick=1, range=[np.log10(0.6 / trace.steps), 0.15], col=2)
    style.bare(figure, 440, top=64)
    return figure.update_layout(
        margin={"l": 44, "r": 8, "t": 64, "b": 44},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.17, "yanchor": "bottom"},
    )


def dimension_numbers(trace: DimensionTrace, t: Say = english) -> str:
    """The line above the stage."""
    last, names = int(trace.dimensions[-1]), short(t)
    rates = " · ".join(
        f"{names[name]} **{trace.acceptance[1, k, -1].mean():.0%}** ({trace.acceptance[0, k, -1].mean():.0%})"
        for k, name in enumerate(trace.kernels)
    )
    return t(
        "Accepted in {count} dimensions with ε scaled (with the same ε for every d): {rates}", count=last, rates=rates
    )


def dimension_words(trace: DimensionTrace, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    cost = 1 / trace.efficiency[1, :, -1].mean(-1)
    found = {f"cost_{name}": f"{cost[k]:,.0f}" for k, name in enumerate(trace.kernels)}
    stuck = trace.dimensions[trace.acceptance[0, 0].mean(-1) < 0.02]
    return found | {"steps": str(trace.steps), "stuck": str(stuck[0]) if stuck.size else t("more than 256")}


def dimension_csv(trace: DimensionTrace) -> str:
    """One row per kernel, way, dimension and chain."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["kernel", "step_size_is", "dimension", "step_size", "evaluations", "chain", "acceptance", "ess"])
    for way, k, at, chain in np.ndindex(trace.acceptance.shape):
        place = way, k, at
        row = trace.kernels[k], ("constant", "scaled")[way], trace.dimensions[at], trace.step_sizes[place]
        found = trace.acceptance[way, k, at, chain], trace.ess[way, k, at, chain]
        writer.writerow([*row, trace.evaluations[place], chain + 1, *found])
    return buffer.getvalue()


def dimension_files(trace: DimensionTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    return {"npz": ("npz", trace.to_bytes), "CSV": ("csv", lambda: dimension_csv(trace))}


def modes(trace: ModesTrace, dark: bool = False, t: Say = english) -> go.Figure:
    """One column a kernel: its draws on the hills, which hill each chain was on, and the share of the time on each."""
    count = len(trace.kernels)
    names = short(t)
    titles = [f"<b>{names[name]}</b><br>{_found(trace, k, t)}" for k, name in enumerate(trace.kernels)]
    figure = make_subplots(
        3,
        count,
        subplot_titles=titles,
        row_heights=[0.44, 0.33, 0.23],
        vertical_spacing=0.075,
        horizontal_spacing=0.035,
    )
    for k in range(count):
        _hills(figure, trace, k, dark, t)
        _course(figure, trace, k, t)
        _shares(figure, trace, k, dark, t)
    figure.update_xaxes(fixedrange=True, showgrid=False, zeroline=False)
    figure.update_yaxes(fixedrange=True, showgrid=False, zeroline=False)
    for column in range(2, count + 1):
        figure.update_yaxes(showticklabels=False, col=column)
    figure.update_yaxes(title={"text": t("hill"), "standoff": 4}, col=1, row=2)
    figure.update_yaxes(title={"text": t("share"), "standoff": 4}, col=1, row=3)
    figure.update_annotations(font_size=11.5)
    return style.bare(figure, HEIGHT, top=42).update_layout(margin={"l": 44, "r": 4, "t": 42, "b": 24}, bargap=0.25)


def _found(trace: ModesTrace, k: int, t: Say) -> str:
    """What a kernel found, in a few words."""
    hills = trace.visited[k, -1]
    if not np.isfinite(trace.wait[k]):
        return t("{hills:.1f} of 8 hills · no change", hills=hills)
    return t("{hills:.1f} of 8 hills · {wait:,.0f} steps a change", hills=hills, wait=trace.wait[k])


def _hills(figure: go.Figure, trace: ModesTrace, k: int, dark: bool, t: Say) -> None:
    low, high = float(trace.window[0]), float(trace.window[1])
    places = np.linspace(low, high, trace.log_density.shape[0])
    figure.add_heatmap(
        x=places,
        y=places,
        z=np.exp(0.5 * (trace.log_density - trace.log_density.max())),
        colorscale=[[0, "rgba(160,74,128,0)"], [1, "#dd93bb" if dark else "#b565a0"]],
        showscale=False,
        hoverinfo="skip",
        row=1,
        col=k + 1,
    )
    chains = trace.positions.shape[1]
    stride = -(-trace.positions.shape[2] * chains // POINTS)
    for chain in range(chains):
        points = trace.positions[k, chain, ::stride]
        figure.add_scatter(
            x=points[:, 0],
            y=points[:, 1],
            mode="markers",
            marker={"size": 3, "color": CHAINS[chain % len(CHAINS)], "opacity": 0.7},
            hovertemplate=t("chain {n}", n=chain + 1) + ": x = %{x:.2f}, y = %{y:.2f}<extra></extra>",
            row=1,
            col=k + 1,
        )
    for number, (x, y) in enumerate(trace.centres * 1.4):
        figure.add_annotation(
            x=x, y=y, text=str(number + 1), showarrow=False, font={"size": 11, "color": style.QUIET}, row=1, col=k + 1
        )
    figure.update_xaxes(range=[low, high], showticklabels=False, ticks="", constrain="domain", row=1, col=k + 1)
    anchor = figure.get_subplot(1, k + 1).xaxis.plotly_name.replace("axis", "")
    figure.update_yaxes(
        range=[low, high], showticklabels=False, ticks="", scaleanchor=anchor, constrain="domain", row=1, col=k + 1
    )


def _course(figure: go.Figure, trace: ModesTrace, k: int, t: Say) -> None:
    for chain, mode in enumerate(trace.mode[k].astype(int)):
        turns = np.flatnonzero(np.diff(mode)) + 1  # a step line needs its corners only
        at = np.concatenate([[0], turns, [len(mode) - 1]])
        figure.add_scatter(
            x=at,
            y=mode[at] + 1 + 0.07 * (chain - (len(trace.mode[k]) - 1) / 2),
            mode="lines",
            line={"color": CHAINS[chain % len(CHAINS)], "width": 1.6, "shape": "hv"},
            opacity=0.85,
            customdata=mode[at] + 1,
            hovertemplate=t("chain {n} from step {x}: <b>hill {hill}</b>", n=chain + 1, x="%{x}", hill="%{customdata}")
            + "<extra></extra>",
            row=2,
            col=k + 1,
        )
    figure.update_yaxes(range=[0.4, 8.6], tickvals=[1, 2, 3, 4, 5, 6, 7, 8], row=2, col=k + 1)
    figure.update_xaxes(range=[0, trace.mode.shape[2] - 1], row=2, col=k + 1)
    figure.update_xaxes(title={"text": t("step"), "standoff": 0, "font": {"size": 11}}, row=2, col=k + 1)


def _shares(figure: go.Figure, trace: ModesTrace, k: int, dark: bool, t: Say) -> None:
    figure.add_bar(
        x=np.arange(1, 9),
        y=trace.share[k],
        marker={"color": "rgba(128,138,150,0.7)"},
        hovertemplate=t("hill {x}: <b>{share}</b> of the steps, 12.5% would be right", x="%{x}", share="%{y:.1%}")
        + "<extra></extra>",
        row=3,
        col=k + 1,
    )
    truth = "#dd93bb" if dark else "#a04a80"
    figure.add_hline(1 / 8, line={"color": truth, "width": 2}, row=3, col=k + 1)
    top = max(0.3, 1.08 * float(trace.share.max()))
    figure.update_yaxes(range=[0, top], tickformat=".0%", row=3, col=k + 1)
    figure.update_xaxes(tickvals=[1, 2, 3, 4, 5, 6, 7, 8], row=3, col=k + 1)


def modes_table(trace: ModesTrace, titles: Mapping[str, str] = KERNELS, t: Say = english) -> str:
    """What each kernel found, as a Markdown table. titles: of the kernels."""
    lines = [t("| | hills found by a chain | steps between changes | … energies or gradients | accepted | ε |")]
    lines += ["|:--|--:|--:|--:|--:|--:|"]
    for k, name in enumerate(trace.kernels):
        steps = trace.mode.shape[1] * (trace.mode.shape[2] - 1)
        wait, cost = trace.wait[k], trace.wait[k] * trace.evaluations[k]
        waits = (f"{wait:,.1f}", f"{cost:,.0f}") if np.isfinite(wait) else (t("none in {steps:,}", steps=steps), "–")
        hills = t("**{hills:.2f}** of 8", hills=trace.visited[k, -1])
        lines.append(
            f"| {titles[name]} | {hills} | **{waits[0]}** | {waits[1]} | "
            f"{trace.acceptance[k]:.0%} | {trace.step_sizes[k]:.2f} |"
        )
    return "\n".join(lines)


def modes_words(trace: ModesTrace, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    wait = [f"{value:,.0f}" if np.isfinite(value) else t("more than were taken") for value in trace.wait]
    return {
        "barrier": f"{trace.barrier:.1f}",
        "odds": f"{np.exp(trace.barrier):,.0f}",
        "width": f"{trace.width:g}",
        "apart": f"{np.linalg.norm(trace.centres[0] - trace.centres[1]) / trace.width:.1f}",
        "walk": wait[0],
        "tempering": f"{trace.wait[-1]:,.1f}" if np.isfinite(trace.wait[-1]) else t("more than were taken"),
        "temperatures": str(trace.evaluations[-1]),
    }


def modes_picture(trace: ModesTrace) -> Image.Image:
    """The draws of the four kernels on the hills, side by side."""
    share = np.exp(0.5 * (trace.log_density - trace.log_density.max()))[::-1, :, None]
    cells = PAPER + 0.75 * share * (np.array([160, 74, 128]) - PAPER.astype(np.float32))
    sheets = []
    low, high = trace.window[:2]
    for draws in trace.positions:
        sheet = np.kron(np.rint(cells).astype(np.uint8), np.ones((3, 3, 1), np.uint8))
        side = sheet.shape[0]
        place = ((draws.reshape(-1, 2) - low) / (high - low) * side).astype(int).clip(0, side - 1)
        sheet[side - 1 - place[:, 1], place[:, 0]] = (24, 28, 38)
        sheets.append(sheet)
    return enlarge(tile(np.stack(sheets), len(sheets), 4), 1)


def modes_csv(trace: ModesTrace) -> str:
    """One row per kernel, chain and step."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["kernel", "chain", "step", "x", "y", "hill"])
    for k, chain, step in np.ndindex(trace.mode.shape):
        x, y = trace.positions[k, chain, step]
        writer.writerow([trace.kernels[k], chain + 1, step, x, y, trace.mode[k, chain, step] + 1])
    return buffer.getvalue()


def modes_files(trace: ModesTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: png(modes_picture(trace))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: modes_csv(trace)),
    }
