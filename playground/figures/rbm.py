"""Pictures and files of restricted Boltzmann machines: chains of Gibbs sweeps, small worlds, annealed weights."""

import csv
import io

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from ..traces import AisTrace, RbmTrace, RbmWorldTrace
from ..words import Say, english
from . import small_world, style
from .energy_files import Files
from .grid import columns_for, enlarge, enlarged_sheet, gif, png, shades, tile

MILLISECONDS, LAST = 90, 1500  # of a frame of the animation, and of its last one
MOST_LINES = 32  # runs drawn one by one
MODEL, ESTIMATE = "#a04a80", "#b87a00"


def sheet(trace: RbmTrace, sweep: int, pixels: int = 640) -> Image.Image:
    """All chains after a recorded sweep, side by side."""
    return enlarged_sheet(trace.pictures(sweep), 2, pixels)


def to_gif(trace: RbmTrace) -> bytes:
    """The chains, one frame a recorded sweep."""
    count = len(trace.visible)
    frames = []
    for sweep in range(trace.visible.shape[1]):
        tiles = tile(shades(trace.pictures(sweep), 2), columns_for(count))
        frames.append(enlarge(tiles, max(1, 420 // max(tiles.shape))).quantize(4))
    return gif(frames, MILLISECONDS, LAST)


def to_csv(trace: RbmTrace) -> str:
    """F(v) of every chain after every recorded sweep."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["sweep", *(f"free_energy_chain_{chain + 1}_nats" for chain in range(len(trace.visible)))])
    for sweep, values in enumerate(trace.free_energy.T):
        writer.writerow([sweep * trace.every, *(f"{value:.6f}" for value in values)])
    return buffer.getvalue()


def files(trace: RbmTrace, sweep: int) -> Files:
    """Label → (extension, maker) of the chains; the picture is that of a recorded sweep."""
    return {
        "PNG": ("png", lambda: png(sheet(trace, sweep))),
        "GIF": ("gif", lambda: to_gif(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def world_csv(trace: RbmWorldTrace) -> str:
    """The curves: one row for each recorded step."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(
        [
            "step", "kl_nats", "log_z_counted_nats", "log_z_ais_nats", "ais_standard_error_nats",
            "ais_effective_weights", "cosine_to_exact_gradient", "forbidden_probability",
        ]
    )  # fmt: skip
    columns = (trace.kl, trace.log_partition, trace.estimated, trace.error, trace.effective, trace.agreement)
    for row, step in enumerate(trace.steps):
        writer.writerow([step, *(f"{column[row]:.8g}" for column in (*columns, trace.forbidden))])
    return buffer.getvalue()


def world_files(trace: RbmWorldTrace) -> Files:
    """As `small_world.files`, with the curves of log Z."""
    return small_world.files(trace) | {"CSV": ("csv", lambda: world_csv(trace))}


def weights(trace: AisTrace, height: int = 260) -> go.Figure:
    """Each run's log Z along β, at_zero plus its log weight, and the estimate with its interval at β = 1."""
    figure = go.Figure()
    keep = np.unique(np.linspace(0, trace.betas.size - 1, 200).round().astype(int))
    for run in trace.log_weights[:MOST_LINES]:
        figure.add_scatter(
            x=trace.betas[keep],
            y=trace.at_zero + run[keep],
            mode="lines",
            line={"width": 1, "color": "rgba(160,74,128,0.35)"},
            hovertemplate="β = %{x:.3f}<br>log Z₀ + log w = %{y:.2f} nats<extra></extra>",
        )
    figure.add_scatter(
        x=[1.0],
        y=[trace.log_partition],
        mode="markers",
        marker={"size": 9, "color": ESTIMATE},
        error_y={"array": [trace.high - trace.log_partition], "color": ESTIMATE, "thickness": 2, "width": 6},
        hovertemplate="log Z = %{y:.3f} nats<extra></extra>",
    )
    style.bare(figure, height, top=10)
    figure.update_xaxes(title="β", range=[-0.02, 1.04], fixedrange=True, gridcolor=style.FAINT, zeroline=False)
    figure.update_yaxes(title="log Z₀ + log w, nats", fixedrange=True, gridcolor=style.FAINT, zeroline=False)
    figure.update_layout(margin={"l": 60, "r": 12, "t": 10, "b": 40})
    return figure


def words(trace: AisTrace, t: Say = english) -> str:
    """The estimate as a line of Markdown."""
    said = t(
        "log Z = **{log_z:.2f} ± {reach:.2f} nats** (95 %, by the weights' spread) · {runs} runs are worth "
        "{effective:.1f} equal weights.",
        log_z=trace.log_partition,
        reach=trace.high - trace.log_partition,
        runs=len(trace.log_weights),
        effective=trace.effective,
    )
    return said if np.isnan(trace.exact) else f"{said} {t('Counted: {log_z:.3f}.', log_z=trace.exact)}"


def numbers(measured: dict, t: Say = english) -> dict[str, str]:
    """What the catalogue knows of a machine, as the lesson's words."""
    if measured.get("log_partition") is None:
        return {"logz": t("unknown"), "nll": t("unknown")}
    return {
        "logz": f"{measured['log_partition']:.1f} ± {1.96 * measured['log_partition_error']:.1f}",
        "nll": f"{measured['nll_nats']:.1f}",
    }


def shipped(measured: dict, t: Say = english) -> str:
    """What was measured when the machine was shipped, as a line of Markdown."""
    if measured.get("log_partition") is None:
        return t("No estimate is stored with this checkpoint.")
    ais = measured["ais"]
    return t(
        "Stored with the checkpoint: log Z = **{logz} nats** from {runs} runs of {betas:,} values of β, worth "
        "{effective:.1f} equal weights; validation digits: −log p = mean F + log Z = **{nll} nats**.",
        runs=ais["runs"],
        betas=ais["betas"],
        effective=ais["effective"],
        **numbers(measured),
    )
