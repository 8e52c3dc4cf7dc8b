"""The canvas of chains of pictures: the pictures, E along the way, and the gradient of the chain in focus."""

from typing import Any

import numpy as np
import streamlit as st

from playground.traces import DenoiseTrace, EnergyChainTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

LOW, SPAN = -0.5, 2.0  # a byte of a picture: 0 is LOW, 255 is LOW + SPAN
BAND = (0.05, 0.5, 0.95)  # quantiles of the energies of real digits

_component = st.components.v2.component(
    "generative_playground_energy",
    html='<div class="pg pg-stepper pg-energy" role="group" aria-label="Chains of pictures under an energy"></div>',
    css=style("stepper") + "\n" + (HERE / "energychain.css").read_text("utf-8"),
    js=script("stepper", "energychain"),
)


def chain_player(
    trace: EnergyChainTrace,
    *,
    key: str,
    step: int | None = None,
    focus: int | None = None,
    reference: np.ndarray | None = None,
    replay: int = 0,
) -> StepState:
    """Mount the chains, the chain in focus with its −∇E and its denoised mean, and E along the way.

    step, focus: where a trace that is new to this canvas opens; step None plays it. reference: energies of real digits
    (N,), for the band behind the energies of the denoised pictures. replay: a press of the button that ran the chains;
    another number plays the same trace anew.
    """
    chains = trace.energies.shape[0]
    arrays = _frames(trace.pictures, trace.gradients) | {
        "proposals": as_bytes(trace.proposals).reshape(len(trace.proposals), chains, trace.shape[0] * trace.shape[1]),
        "kept": trace.kept,
        "energies": trace.energies,
        "denoisedEnergies": trace.denoised_energies,
        "proposalEnergies": trace.proposal_energies,
        "logRatio": trace.log_ratio,
        "uniform": trace.uniform,
        "accepted": trace.accepted,
        "failed": trace.failed,
    }
    return _mount(trace, arrays, key, (step, focus), reference, layout="grid", names=[], replay=replay)


def denoise_player(
    trace: DenoiseTrace,
    *,
    key: str,
    step: int | None = None,
    focus: int | None = None,
    reference: np.ndarray | None = None,
) -> StepState:
    """Mount the original, the corrupted picture and the three ways out of it, with E and the distance along the way."""
    chains, steps = trace.energies.shape
    empty = np.zeros((chains, 0), np.float32)
    arrays = _frames(trace.pictures, trace.gradients) | {
        "proposals": np.zeros((0, chains, 0), np.uint8),
        "kept": np.arange(steps, dtype=np.int32),
        "energies": trace.energies,
        "denoisedEnergies": empty,
        "proposalEnergies": empty,
        "logRatio": empty,
        "uniform": empty,
        "accepted": np.zeros((chains, 0), np.bool_),
        "failed": trace.failed,
        "stills": as_bytes(np.stack([trace.clean, trace.corrupted])).reshape(2, -1),
        "distances": trace.rmse,
    }
    names = list(trace.methods)
    stills = {"stills": ["original", "corrupted"], "stillNumbers": _stills(trace)}
    return _mount(trace, arrays, key, (step, focus), reference, layout="row", names=names, **stills)


def as_bytes(pictures: np.ndarray) -> np.ndarray:
    """Any picture as uint8 of the same shape: 0 is LOW, 255 is LOW + SPAN, beyond is clipped."""
    share = (pictures.astype(np.float32) - LOW) / SPAN
    return np.rint(share.clip(0, 1) * 255).astype(np.uint8)


def _frames(pictures: np.ndarray, gradients: np.ndarray) -> dict[str, np.ndarray]:
    """(F, C, H, W) pictures as bytes; −∇E as int8 with a scale (F, C), the largest size."""
    frames, chains = pictures.shape[:2]
    force = -gradients.astype(np.float32).reshape(frames, chains, -1)
    scale = np.abs(force).max(2)
    signed = np.rint(force / np.maximum(scale, 1e-30)[..., None] * 127).astype(np.int8)
    return {"pictures": as_bytes(pictures).reshape(frames, chains, -1), "forces": signed, "forceScale": scale}


def _stills(trace: DenoiseTrace) -> list[tuple[float, float]]:
    """(E, RMSE) of the original and of the corrupted picture."""
    return [(trace.clean_energy, 0.0), (float(trace.energies[0, 0]), float(trace.rmse[0, 0]))]


def _mount(
    trace: Any,
    arrays: dict[str, np.ndarray],
    key: str,
    start: tuple[int | None, int | None],
    reference: np.ndarray | None,
    **meta: Any,
) -> StepState:
    chains, steps = trace.energies.shape
    band = None if reference is None else [float(q) for q in np.quantile(reference, BAND)]
    meta |= {
        "shape": list(trace.shape),
        "noise": trace.noise,
        "band": band,
        "share": f"{100 * BAND[0]:.0f}–{100 * BAND[2]:.0f}",
    }
    return mount_stepper(_component, arrays, key=key, limits=(steps - 1, chains), start=start, **meta)
