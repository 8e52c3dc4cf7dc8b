"""What chains are worth: their course, their marginals beside the truth, and how fast they forget where they were."""

import csv
import io
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageDraw
from plotly.subplots import make_subplots

from ..traces import ChainTrace, LandscapeTrace
from ..words import Say, english
from . import style
from .grid import INK, PAPER, enlarge, png

TRUTH = "#a04a80", "#dd93bb"  # the density, light and dark: as the stage of the walk has it
BOTH = (style.DATA, "#e69f00"), ("#4fa3e3", "#f0b840")  # x and y
CHAINS = ("#0072b2", "#d55e00", "#00805e", "#a04a80", "#b87a00", "#2b95d6", "#8a93a0", "#6b5bb5")
BARS = "rgba(128,138,150,0.55)"
DRAWN = 400  # steps of a chain that are drawn, at most
BINS = 50
NAMES = ("x", "y")


def diagnostics(
    trace: ChainTrace,
    landscape: LandscapeTrace,
    axis: int,
    biased: float = np.nan,
    dark: bool = False,
    height: int = 520,
    t: Say = english,
) -> go.Figure:
    """Above: the chains' coordinate `axis` (0 or 1) over the steps, and its histogram beside the true marginal.

    Below: autocorrelation, ESS, R̂ and the running mean, over growing numbers of steps. biased: the variance that the
    kernel's own stationary distribution is known to have, drawn as a dotted marginal; NaN where there is none.
    """
    name, coloured = NAMES[axis], _coloured(dark)
    figure = make_subplots(
        2,
        4,
        specs=[[{"colspan": 3}, None, None, {}], [{}, {}, {}, {}]],
        subplot_titles=[
            f"<b>{t('{name} of every chain, step by step', name=name)}</b>",
            f"<b>{t('{name}: visits and p({name})', name=name)}</b>",
            t("<b>Autocorrelation</b> of {x} and {y}", x=coloured[0], y=coloured[1]),
            f"<b>{t('Effective sample size')}</b>",
            "<b>R̂</b>",
            f"<b>{t('Mean of {name} ± 2 MCSE', name=name)}</b>",
        ],
        row_heights=[0.53, 0.47],
        horizontal_spacing=0.06,
        vertical_spacing=0.16,
    )
    _course(figure, trace, landscape, axis, t)
    _marginal(figure, trace, landscape, axis, biased, dark, t)
    _lags(figure, trace, dark, t)
    _worth(figure, trace, dark, t)
    _mean(figure, trace, landscape, axis, dark, t)
    figure.update_xaxes(fixedrange=True, showgrid=False, zeroline=False)
    figure.update_yaxes(fixedrange=True, zeroline=False)
    figure.update_annotations(font_size=13)
    return style.bare(figure, height, top=26).update_layout(margin={"l": 34, "r": 6, "t": 26, "b": 34}, bargap=0)


def _coloured(dark: bool) -> list[str]:
    """Both names in their colours: the legend of the lower row."""
    return [f"<b style='color:{colour}'>{name}</b>" for name, colour in zip(NAMES, BOTH[dark], strict=True)]


def _course(figure: go.Figure, trace: ChainTrace, landscape: LandscapeTrace, axis: int, t: Say) -> None:
    count, total = trace.positions.shape[0], trace.positions.shape[1] - 1
    stride = -(-(total + 1) // DRAWN)
    steps = np.arange(0, total + 1, stride)
    for chain in range(count):
        figure.add_scatter(
            x=steps,
            y=trace.positions[chain, ::stride, axis],
            mode="lines",
            line={"color": CHAINS[chain % len(CHAINS)], "width": 1.1},
            opacity=0.75,
            hovertemplate=t("chain {n}, step {x}", n=chain + 1, x="%{x}") + ": <b>%{y:.3f}</b><extra></extra>",
            row=1,
            col=1,
        )
    if trace.warmup:
        figure.add_vrect(0, trace.warmup, fillcolor=style.MIDDLE, line_width=0, layer="below", row=1, col=1)
        figure.add_annotation(
            x=0, y=1, xref="x", yref="y domain", text=" " + t("warm-up, not counted"), showarrow=False, xanchor="left",
            yanchor="top", font={"color": style.QUIET, "size": 11},
        )  # fmt: skip
    window = landscape.window[2 * axis : 2 * axis + 2]
    figure.update_yaxes(range=list(window), row=1, col=1)
    figure.update_xaxes(range=[0, total], title={"text": _every(stride, t), "standoff": 4}, row=1, col=1)


def _every(stride: int, t: Say) -> str:
    if stride == 1:
        return t("step")
    if stride == 2:
        return t("step (every 2nd is drawn)")
    return t("step (every 3rd is drawn)") if stride == 3 else t("step (every {n}th is drawn)", n=stride)


def _marginal(
    figure: go.Figure, trace: ChainTrace, landscape: LandscapeTrace, axis: int, biased: float, dark: bool, t: Say
) -> None:
    low, high = landscape.window[2 * axis : 2 * axis + 2]
    values = trace.draws[..., axis].ravel()
    counts, edges = np.histogram(values, BINS, (low, high))
    width = edges[1] - edges[0]
    name = NAMES[axis]
    figure.add_bar(
        x=counts / (max(1, len(values)) * width),
        y=(edges[1:] + edges[:-1]) / 2,
        orientation="h",
        width=width,
        marker={"color": BARS, "line_width": 0},
        customdata=counts,
        hovertemplate=t(
            "{name} near {y}: {count} visits, density {density}",
            name=name,
            y="%{y:.2f}",
            count="%{customdata}",
            density="<b>%{x:.3f}</b>",
        )
        + "<extra></extra>",
        row=1,
        col=4,
    )
    truth = landscape.marginals[axis]
    places = low + (high - low) * (np.arange(len(truth)) + 0.5) / len(truth)
    figure.add_scatter(
        x=truth,
        y=places,
        mode="lines",
        line={"color": TRUTH[dark], "width": 2.5},
        hovertemplate=f"p({name} = %{{y:.2f}}) = <b>%{{x:.3f}}</b><extra>{t('the truth')}</extra>",
        row=1,
        col=4,
    )
    if np.isfinite(biased):
        away = places - landscape.mean[axis]
        figure.add_scatter(
            x=np.exp(-0.5 * away**2 / biased) / np.sqrt(2 * np.pi * biased),
            y=places,
            mode="lines",
            line={"color": style.WARN, "width": 2, "dash": "dot"},
            hovertemplate=t("what ULA samples: variance {variance:.3f}", variance=biased) + "<extra></extra>",
            row=1,
            col=4,
        )
    figure.update_yaxes(range=[low, high], showticklabels=False, row=1, col=4)
    figure.update_xaxes(range=[0, 1.35 * float(truth.max())], title={"text": t("density"), "standoff": 4}, row=1, col=4)


def _lags(figure: go.Figure, trace: ChainTrace, dark: bool, t: Say) -> None:
    lags = np.arange(trace.autocorrelation.shape[1])
    for axis, name in enumerate(NAMES):
        figure.add_scatter(
            x=lags,
            y=trace.autocorrelation[axis],
            mode="lines",
            line={"color": BOTH[dark][axis], "width": 2},
            hovertemplate=t("{name}, lag {x}", name=name, x="%{x}") + ": <b>%{y:.3f}</b><extra></extra>",
            row=2,
            col=1,
        )
    figure.add_hline(0, line={"color": style.QUIET, "width": 1, "dash": "dot"}, row=2, col=1)
    figure.update_yaxes(range=[-0.3, 1.03], row=2, col=1)


def _worth(figure: go.Figure, trace: ChainTrace, dark: bool, t: Say) -> None:
    chains = trace.positions.shape[0]
    figure.add_scatter(
        x=trace.at,
        y=trace.at * chains,
        mode="lines",
        line={"color": style.QUIET, "width": 1.5, "dash": "dot"},
        hovertemplate=t("{x} steps of {chains} chains: <b>{y}</b> draws", x="%{x}", chains=chains, y="%{y:,}")
        + "<extra></extra>",
        row=2,
        col=2,
    )
    for column, values, digits in ((2, trace.ess, ",.0f"), (3, trace.rhat, ".4f")):
        for axis, name in enumerate(NAMES):
            figure.add_scatter(
                x=trace.at,
                y=values[:, axis],
                mode="lines+markers",
                marker={"size": 5},
                line={"color": BOTH[dark][axis], "width": 2},
                name=name,
                hovertemplate=t("{name} after {x} steps", name=name, x="%{x}")
                + f": <b>%{{y:{digits}}}</b><extra></extra>",
                row=2,
                col=column,
            )
    figure.add_hline(1.01, line={"color": style.WARN, "width": 1.5, "dash": "dash"}, row=2, col=3)
    for column, text, y in ((2, t("all draws"), 1.0), (3, "1.01", 0.06)):
        figure.add_annotation(
            x=0.02, y=y, xref=f"x{column + 2} domain", yref=f"y{column + 2} domain", text=text,
            showarrow=False, font={"color": style.QUIET if column == 2 else style.WARN, "size": 11},
            xanchor="left", yanchor="top" if column == 2 else "bottom",
        )  # fmt: skip
    finite = trace.rhat[np.isfinite(trace.rhat)]
    top = max(1.05, float(finite.max(initial=1.0))) - 1
    figure.update_yaxes(range=[0.995, 1 + min(top, 2.0) * 1.06], row=2, col=3)
    figure.update_yaxes(type="log", dtick=1, row=2, col=2)
    figure.update_xaxes(type="log", dtick=1, title={"text": t("steps"), "standoff": 4}, row=2)
    figure.update_xaxes(type="linear", dtick=None, title={"text": t("lag, steps"), "standoff": 4}, row=2, col=1)


def _mean(figure: go.Figure, trace: ChainTrace, landscape: LandscapeTrace, axis: int, dark: bool, t: Say) -> None:
    mean, error = trace.means[:, axis], 2 * np.nan_to_num(trace.mcse[:, axis])
    figure.add_scatter(
        x=np.concatenate([trace.at, trace.at[::-1]]),
        y=np.concatenate([mean + error, (mean - error)[::-1]]),
        fill="toself",
        fillcolor=style.MIDDLE,
        line={"width": 0},
        hoverinfo="skip",
        row=2,
        col=4,
    )
    figure.add_scatter(
        x=trace.at,
        y=mean,
        mode="lines+markers",
        marker={"size": 5},
        line={"color": BOTH[dark][axis], "width": 2},
        customdata=trace.mcse[:, axis],
        hovertemplate=t("after {x} steps", x="%{x}") + ": <b>%{y:.4f}</b>, MCSE %{customdata:.4f}<extra></extra>",
        row=2,
        col=4,
    )
    truth = float(landscape.mean[axis])
    figure.add_hline(truth, line={"color": TRUTH[dark], "width": 2}, row=2, col=4)
    reach = max(0.2, float(np.max(np.abs(mean - truth) + np.minimum(error, landscape.deviation[axis]))))
    figure.update_yaxes(range=[truth - 1.08 * reach, truth + 1.08 * reach], row=2, col=4)


def picture(trace: ChainTrace, landscape: LandscapeTrace, pixels: int = 640) -> Image.Image:
    """The landscape, colour by √p, with every draw of every chain as a dot; y upwards."""
    density = np.exp(landscape.log_density - np.nanmax(landscape.log_density))
    share = np.sqrt(density)[::-1, :, None]
    model = np.array([160, 74, 128])
    cells = np.rint(PAPER + 0.8 * share * (model - PAPER.astype(np.float32))).astype(np.uint8)
    image = enlarge(cells, max(1, pixels // len(cells)))
    pen, side = ImageDraw.Draw(image), image.width
    low_x, high_x, low_y, high_y = landscape.window
    points = trace.draws.reshape(-1, 2)
    for x, y in points[:: -(-len(points) // 8_000)]:
        place = (x - low_x) / (high_x - low_x) * side, (high_y - y) / (high_y - low_y) * side
        pen.ellipse((place[0] - 1.5, place[1] - 1.5, place[0] + 1.5, place[1] + 1.5), fill=tuple(int(c) for c in INK))
    return image


def to_csv(trace: ChainTrace) -> str:
    """One row per chain and step."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    names = ["proposal_x", "proposal_y", "proposal_energy_nats", "log_ratio", "uniform", "accepted", "diverged"]
    writer.writerow(["chain", "step", "warmup", "x", "y", "energy_nats", *names])
    for chain in range(trace.positions.shape[0]):
        for step in range(trace.positions.shape[1]):
            state = (chain + 1, step, int(0 < step <= trace.warmup), *trace.positions[chain, step])
            what: list = [""] * len(names)
            if step:
                at = chain, step - 1
                what = [*trace.proposals[at], trace.proposal_energies[at], trace.log_ratio[at], trace.uniform[at]]
                what += [int(trace.accepted[at]), int(trace.diverged[at])]
            writer.writerow([*state, trace.energies[chain, step], *what])
    return buffer.getvalue()


def files(trace: ChainTrace, landscape: LandscapeTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: png(picture(trace, landscape))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }
