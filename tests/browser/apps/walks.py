"""The stage of the chains with a walk made here: no model, so that the app starts in a moment."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from playground.widgets.chains import WalkSide, chain_walk

st.set_page_config(page_title="Walks", layout="wide")
st.markdown("<style>.block-container{padding:4.1rem 2rem 1rem;max-width:none}</style>", unsafe_allow_html=True)


@dataclass(frozen=True)
class Fake:
    positions: np.ndarray
    proposals: np.ndarray
    log_ratio: np.ndarray
    uniform: np.ndarray
    accepted: np.ndarray
    energies: np.ndarray
    proposal_energies: np.ndarray
    gradients: np.ndarray
    path: np.ndarray
    diverged: np.ndarray
    warmup: int
    step_sizes: np.ndarray
    at: np.ndarray
    ess: np.ndarray
    rhat: np.ndarray


@dataclass(frozen=True)
class Land:
    window: tuple
    log_density: np.ndarray
    marginals: np.ndarray
    log_partition: float


def energy(x):
    return x[..., 0] ** 2 / 2 + (x[..., 1] + 0.5 * x[..., 0] ** 2 - 1) ** 2


def walk(starts, steps, seed, size, warmup, path=False):
    r = np.random.default_rng(seed)
    x = starts.copy()
    out = {n: [] for n in "pos prop lr u acc e pe path".split()}
    out["pos"].append(x)
    out["e"].append(energy(x))
    for _ in range(steps):
        y = x + size * r.normal(size=x.shape)
        lr = energy(x) - energy(y)
        u = r.random(len(x))
        acc = np.log(u) <= lr
        t = np.linspace(0, 1, 9)[None, :, None]
        out["path"].append(x[:, None] * (1 - t) + y[:, None] * t + 0.3 * np.sin(np.pi * t))
        x = np.where(acc[:, None], y, x)
        for n, v in zip("pos prop lr u acc e pe".split(), (x, y, lr, u, acc, energy(x), energy(y))):
            out[n].append(v)
    s = {n: np.stack(v, 1).astype(bool if n == "acc" else np.float32) for n, v in out.items()}
    at = np.arange(50, steps + 1, 50)
    return Fake(s["pos"], s["prop"], s["lr"], s["u"], s["acc"], s["e"], s["pe"], np.zeros((len(x), 0, 2), np.float32),
                s["path"].astype(np.float16) if path else np.zeros((0,), np.float16), np.zeros(s["acc"].shape, bool), warmup, np.full(steps, size, np.float32),
                at, np.stack([at / 5, at / 6], 1), np.stack([1 + 1 / at, 1 + 2 / at], 1))


@st.cache_resource
def land():
    g = (np.arange(128) + 0.5) / 128 * 8 - 4
    x, y = np.meshgrid(g, g)
    e = energy(np.stack([x, y], -1))
    cell = (8 / 128) ** 2
    z = np.log(np.exp(-e).sum() * cell)
    p = np.exp(-e - z)
    return Land((-4, 4, -4, 4), (-e - z).astype(np.float32), np.stack([p.sum(0), p.sum(1)]) * 8 / 128, z)


@st.cache_resource
def walked(text, steps, size, warmup, path):
    starts = np.array([float(t) for t in text.split(",")]).reshape(-1, 2)
    return walk(starts, steps, 3, size, warmup, path)


query = st.query_params
two = query.get("kernels") == "2"
with st.columns([1, 3.6])[1]:
    text = st.session_state.setdefault("starts", "-2,-2,0,2,1,1,2.5,-3")

    def took(points):
        st.session_state["starts"] = ",".join(f"{v:.4f}" for v in points.ravel())
        return st.session_state["starts"]

    steps, warm = int(query.get("steps", 300)), int(query.get("warmup", 20))
    sides = [WalkSide(walked(text, steps, 0.7, warm, False), "metropolis", "Random-walk Metropolis", "step size 0.7", "E(x) − E(x′)")]
    if two:
        sides.append(WalkSide(walked(text, steps, 1.6, warm, True), "hmc", "Hamiltonian Monte Carlo", "step size 0.2, 8 leapfrog steps", "H(x, m) − H(x′, m′)"))
    step = query.get("step")
    state = chain_walk(land(), sides, key="walk", starts=text, on_starts=took, start=(step and int(step), int(query.get("event", 0)), int(query.get("chain", 1)) - 1))
    st.text(f"step={state.step} event={state.event} focus={state.focus} starts={text}")
