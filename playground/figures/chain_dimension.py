"""A lesson about chains: what dimension does to a step."""

import csv
import io
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..traces import DimensionTrace
from ..words import Say, english
from . import style

COLOURS = ("#0072b2", "#00805e", "#d55e00"), ("#4fa3e3", "#2bbd90", "#ff8b3d")  # random walk, MALA, HMC
EXPONENT = {0.5: "1", 1 / 6: "1/3", 0.25: "1/4"}  # of the cost: random walk d, MALA d^(1/3), HMC d^(1/4)


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
