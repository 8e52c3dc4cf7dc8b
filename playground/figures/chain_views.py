"""A lesson about chains: why eight hills take so long."""

import csv
import io
from collections.abc import Callable, Mapping

import numpy as np
import plotly.graph_objects as go
from PIL import Image
from plotly.subplots import make_subplots

from ..traces import KERNELS, ModesTrace
from ..words import Say, english
from . import style
from .chain_dimension import short
from .chains import CHAINS
from .grid import PAPER, enlarge, png, tile

HEIGHT = 500
POINTS = 1_500  # draws of a kernel that are shown


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
