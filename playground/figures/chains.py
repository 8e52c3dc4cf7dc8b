"""What chains are worth: their course, their marginals beside the truth, and how fast they forget where they were."""

import csv
import io
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageDraw
from plotly.subplots import make_subplots

from ..traces import ChainTrace, LandscapeTrace
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
) -> go.Figure:
    """Above: the chains' coordinate `axis` (0 or 1) over the steps, and its histogram beside the true marginal.

    Below: autocorrelation, ESS, R̂ and the running mean, over growing numbers of steps. biased: the variance that the
    kernel's own stationary distribution is known to have, drawn as a dotted marginal; NaN where there is none.
    """
    name = NAMES[axis]
    figure = make_subplots(
        2,
        4,
        specs=[[{"colspan": 3}, None, None, {}], [{}, {}, {}, {}]],
        subplot_titles=[
            f"<b>{name} of every chain, step by step</b>",
            f"<b>{name}: visits and p({name})</b>",
            f"<b>Autocorrelation</b> of {_coloured(dark)}",
            "<b>Effective sample size</b>",
            "<b>R̂</b>",
            f"<b>Mean of {name} ± 2 MCSE</b>",
        ],
        row_heights=[0.53, 0.47],
        horizontal_spacing=0.06,
        vertical_spacing=0.16,
    )
    _course(figure, trace, landscape, axis)
    _marginal(figure, trace, landscape, axis, biased, dark)
    _lags(figure, trace, dark)
    _worth(figure, trace, dark)
    _mean(figure, trace, landscape, axis, dark)
    figure.update_xaxes(fixedrange=True, showgrid=False, zeroline=False)
    figure.update_yaxes(fixedrange=True, zeroline=False)
    figure.update_annotations(font_size=13)
    return style.bare(figure, height, top=26).update_layout(margin={"l": 34, "r": 6, "t": 26, "b": 34}, bargap=0)


def _coloured(dark: bool) -> str:
    """Both names in their colours: the legend of the lower row."""
    return " and ".join(f"<b style='color:{colour}'>{name}</b>" for name, colour in zip(NAMES, BOTH[dark], strict=True))


def _course(figure: go.Figure, trace: ChainTrace, landscape: LandscapeTrace, axis: int) -> None:
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
            hovertemplate=f"chain {chain + 1}, step %{{x}}: <b>%{{y:.3f}}</b><extra></extra>",
            row=1,
            col=1,
        )
    if trace.warmup:
        figure.add_vrect(0, trace.warmup, fillcolor=style.MIDDLE, line_width=0, layer="below", row=1, col=1)
        figure.add_annotation(
            x=0, y=1, xref="x", yref="y domain", text=" warm-up, not counted", showarrow=False, xanchor="left",
            yanchor="top", font={"color": style.QUIET, "size": 11},
        )  # fmt: skip
    window = landscape.window[2 * axis : 2 * axis + 2]
    figure.update_yaxes(range=list(window), row=1, col=1)
    figure.update_xaxes(range=[0, total], title={"text": _every(stride), "standoff": 4}, row=1, col=1)


def _every(stride: int) -> str:
    return "step" if stride == 1 else f"step (every {stride}{ {2: 'nd', 3: 'rd'}.get(stride, 'th') } is drawn)"


def _marginal(
    figure: go.Figure, trace: ChainTrace, landscape: LandscapeTrace, axis: int, biased: float, dark: bool
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
        hovertemplate=f"{name} near %{{y:.2f}}: %{{customdata}} visits, density <b>%{{x:.3f}}</b><extra></extra>",
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
        hovertemplate=f"p({name} = %{{y:.2f}}) = <b>%{{x:.3f}}</b><extra>the truth</extra>",
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
            hovertemplate=f"what ULA samples: variance {biased:.3f}<extra></extra>",
            row=1,
            col=4,
        )
    figure.update_yaxes(range=[low, high], showticklabels=False, row=1, col=4)
    figure.update_xaxes(range=[0, 1.35 * float(truth.max())], title={"text": "density", "standoff": 4}, row=1, col=4)


def _lags(figure: go.Figure, trace: ChainTrace, dark: bool) -> None:
    lags = np.arange(trace.autocorrelation.shape[1])
    for axis, name in enumerate(NAMES):
        figure.add_scatter(
            x=lags,
            y=trace.autocorrelation[axis],
            mode="lines",
            line={"color": BOTH[dark][axis], "width": 2},
            hovertemplate=f"{name}, lag %{{x}}: <b>%{{y:.3f}}</b><extra></extra>",
            row=2,
            col=1,
        )
    figure.add_hline(0, line={"color": style.QUIET, "width": 1, "dash": "dot"}, row=2, col=1)
    figure.update_yaxes(range=[-0.3, 1.03], row=2, col=1)


def _worth(figure: go.Figure, trace: ChainTrace, dark: bool) -> None:
    chains = trace.positions.shape[0]
    figure.add_scatter(
        x=trace.at,
        y=trace.at * chains,
        mode="lines",
        line={"color": style.QUIET, "width": 1.5, "dash": "dot"},
        hovertemplate=f"%{{x}} steps of {chains} chains: <b>%{{y:,}}</b> draws<extra></extra>",
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
                hovertemplate=f"{name} after %{{x}} steps: <b>%{{y:{digits}}}</b><extra></extra>",
                row=2,
                col=column,
            )
    figure.add_hline(1.01, line={"color": style.WARN, "width": 1.5, "dash": "dash"}, row=2, col=3)
    for column, text, y in ((2, "all draws", 1.0), (3, "1.01", 0.06)):
        figure.add_annotation(
            x=0.02, y=y, xref=f"x{column + 2} domain", yref=f"y{column + 2} domain", text=text,
            showarrow=False, font={"color": style.QUIET if column == 2 else style.WARN, "size": 11},
            xanchor="left", yanchor="top" if column == 2 else "bottom",
        )  # fmt: skip
    finite = trace.rhat[np.isfinite(trace.rhat)]
    top = max(1.05, float(finite.max(initial=1.0))) - 1
    figure.update_yaxes(range=[0.995, 1 + min(top, 2.0) * 1.06], row=2, col=3)
    figure.update_yaxes(type="log", dtick=1, row=2, col=2)
    figure.update_xaxes(type="log", dtick=1, title={"text": "steps", "standoff": 4}, row=2)
    figure.update_xaxes(type="linear", dtick=None, title={"text": "lag, steps", "standoff": 4}, row=2, col=1)


def _mean(figure: go.Figure, trace: ChainTrace, landscape: LandscapeTrace, axis: int, dark: bool) -> None:
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
        hovertemplate="after %{x} steps: <b>%{y:.4f}</b>, MCSE %{customdata:.4f}<extra></extra>",
        row=2,
        col=4,
    )
    truth = float(landscape.mean[axis])
    figure.add_hline(truth, line={"color": TRUTH[dark], "width": 2}, row=2, col=4)
    reach = max(0.2, float(np.max(np.abs(mean - truth) + np.minimum(error, landscape.deviation[axis]))))
    figure.update_yaxes(range=[truth - 1.08 * reach, truth + 1.08 * reach], row=2, col=4)


def ula_covariance(covariance: np.ndarray, step_size: float) -> np.ndarray:
    """(D, D) what unadjusted Langevin converges to on a Gaussian of this covariance; NaN where it converges to nothing.

    Along an axis of curvature λ the variance is 1 / (λ (1 − ε²λ/4)), and for ε²λ ≥ 4 there is none.
    """
    variances, axes = np.linalg.eigh(covariance)
    shrunk = 1 - step_size**2 / (4 * variances)
    if (shrunk <= 0).any():
        return np.full_like(covariance, np.nan)
    return axes @ np.diag(variances / shrunk) @ axes.T


def numbers(trace: ChainTrace, landscape: LandscapeTrace, rate: float) -> str:
    """The line above the stage, Markdown. rate: measured steps of every chain in a second, or NaN."""
    draws = trace.draws.shape[0] * trace.draws.shape[1]
    found = [f"accepted **{trace.acceptance[-1]:.1%}** of the proposals"]
    if trace.kernel in ("ula", "gibbs"):
        found = ["every proposal is kept"]
    found.append(f"ESS **x {_count(trace.ess[-1, 0])} · y {_count(trace.ess[-1, 1])}** of {draws:,} draws")
    share = np.nanmin(trace.ess[-1]) / trace.draws.shape[1] if np.isfinite(trace.ess[-1]).any() else np.nan
    if np.isfinite(share):
        second = f", **{share * rate:,.0f} a second**" if np.isfinite(rate) else ""
        found.append(f"**{share:.2f}** effective draws a step{second} (the slower of x and y, all chains)")
    found.append(f"R̂ **{trace.rhat[-1, 0]:.3f} · {trace.rhat[-1, 1]:.3f}**".replace("nan", "–"))
    if trace.diverged.any():
        found.append(f"**{int(trace.diverged.sum()):,}** divergent proposals")
    return " · ".join(found)


def _count(value: float) -> str:
    return f"{value:,.0f}" if np.isfinite(value) else "–"


def bias_words(trace: ChainTrace, landscape: LandscapeTrace, step_size: float) -> str:
    """What unadjusted Langevin gets wrong here, in words; "" for the kernels that are exact."""
    if trace.kernel != "ula":
        return ""
    draws = trace.draws.reshape(-1, 2).astype(np.float64)
    words = (
        "**ULA is biased.** Without the accept step its chains settle on another density; only a smaller ε helps, more "
        f"steps do not. With ε = {step_size:g}"
    )
    if landscape.target != "gaussian":
        measured, truth = draws.var(0), np.diag(landscape.covariance)
        return (
            f"{words} the variances of x and y are {measured[0]:.3f} and {measured[1]:.3f}; the truth is "
            f"{truth[0]:.3f} and {truth[1]:.3f}."
        )
    variances, axes = np.linalg.eigh(landscape.covariance)
    known = ula_covariance(landscape.covariance, step_size)
    if np.isnan(known).any():
        return (
            f"{words} ≥ 2σ = {2 * np.sqrt(variances[0]):.3f} across the ridge there is no limit at all: they fly away."
        )
    across = axes[:, 0]
    return (
        f"{words} the variance across the ridge is **{(draws @ across).var():.3f}**; the truth is {variances[0]:.3f}, "
        f"and 1/(λ(1 − ε²λ/4)) with λ = 1/{variances[0]:.3f} foretells **{across @ known @ across:.3f}**; of x "
        f"{draws[:, 0].var():.3f}, the truth {landscape.covariance[0, 0]:.3f}, foretold {known[0, 0]:.3f} (dotted)."
    )


def words(trace: ChainTrace, landscape: LandscapeTrace, rate: float) -> dict[str, str]:
    """The numbers that the lesson names."""
    size = float(np.nanmin(trace.ess[-1])) if np.isfinite(trace.ess[-1]).any() else np.nan
    draws = trace.draws.shape[0] * trace.draws.shape[1]
    apart = draws / size if size > 0 else np.nan
    return {
        "draws": f"{draws:,}",
        "ess": _count(size),
        "apart": f"{apart:,.1f}" if np.isfinite(apart) else "–",
        "rate": f"{rate:,.0f}",
        "accepted": f"{trace.acceptance[-1]:.0%}",
        "deviation": f"{landscape.deviation[0]:.2f}",
        "naive": f"{landscape.deviation[0] / np.sqrt(draws):.4f}",
        "mcse": f"{trace.mcse[-1, 0]:.4f}".replace("nan", "–"),
    }


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
