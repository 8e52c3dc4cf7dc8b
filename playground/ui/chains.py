"""Controls of the views of chains: the density, chosen, typed or drawn; the kernel; the run.

Everything goes through the view's `Link`. A density that is refused is named in one sentence beside its field, and the
one before it stays on stage.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from .. import pictures
from ..errors import InvalidInput
from ..traces import (
    DRAWN_LEVELS,
    FORMULA,
    KERNELS,
    LEARNT,
    TARGET_NAMES,
    ChainSettings,
    LandscapeSettings,
    drawn_picture,
    example_drawing,
    pack_picture,
    read_formula,
)
from .controls import number_setting, seed_setting
from .frame import plain
from .held import held
from .link import Link
from .resources import engine, run
from .words import t

SHARED = "chains:shared"  # the session's density, kernel and run: another view of chains opens with the same
COMMON = (
    "target",
    "formula",
    "drawing",
    "kernel",
    "step_size",
    "leapfrog",
    "chains",
    "starts",
    "steps",
    "warmup",
    "seed",
)
DENSITY = ("target", "formula", "drawing")
DEFAULT = {name: ChainSettings.model_fields[name].default for name in COMMON}  # of a view's link


def same_chains(link: Link) -> None:
    """Take over density, kernel and run from the view of chains that was open before this one. Call it first."""
    seen, by_link = st.session_state.get(SHARED), link.opened("target") is not None
    if seen and seen["view"] != link.view and not by_link:
        taken = {name: value for name, value in seen["values"].items() if name in link.values}
        link.apply(**taken)
        for name in taken:  # controls take their value from the link again
            st.session_state.pop(f"{link.view}:{name}", None)
    remember_chains(link)


def remember_chains(link: Link) -> None:
    """Note what is applied now, for the other views of chains. Call it when the settings are applied."""
    before = st.session_state.get(SHARED, {"values": {}})["values"]
    own = {name: link.values[name] for name in COMMON if name in link.values}
    st.session_state[SHARED] = {"view": link.view, "values": {**before, **own}}


def density_titles() -> dict[str, str]:
    """The densities by name, in the visitor's language."""
    return {
        "gaussian": t("Correlated Gaussian"),
        "banana": t("Banana"),
        "funnel": t("Neal's funnel"),
        "ring": t("Ring"),
        "eight": t("Mixture of eight"),
        "moons": t("Two moons"),
        "ebm-moons": t("Learned: two moons"),
        "ebm-rings": t("Learned: rings"),
        "ebm-spiral": t("Learned: a spiral"),
        "formula": t("A formula"),
        "drawn": t("Drawn by you"),
    }


def kernel_titles() -> dict[str, str]:
    """The kernels by name, in the visitor's language."""
    return {
        "metropolis": t("Random-walk Metropolis"),
        "independent": t("Independent Metropolis–Hastings"),
        "ula": t("Langevin without correction (ULA)"),
        "mala": t("Langevin with correction (MALA)"),
        "hmc": t("Hamiltonian Monte Carlo"),
        "gibbs": t("Gibbs on a grid"),
        "tempering": t("Parallel tempering"),
    }


def density_controls(link: Link, pad: Callable[..., Any], names: tuple[str, ...] = TARGET_NAMES) -> dict[str, Any]:
    """A choice of the density, with a field for a formula or a pad to draw on where they are needed.

    pad: `widgets.drawing_pad`. Returns target, formula and drawing, all of them usable; `link.follow` makes them the
    applied ones. What was wrong with the link's own formula or drawing is a notice.
    """
    key = f"{link.view}:target"
    shipped = engine().names()
    offered = [name for name in names if name not in LEARNT or name in shipped]
    _mend(link, offered)
    st.session_state.setdefault(key, link.values["target"])
    target = held(st.selectbox, t("Density"), offered, key=key, format_func=density_titles().get)
    found = {"target": target, "formula": link.values["formula"], "drawing": link.values["drawing"]}
    if target == "formula":
        found["formula"] = _formula_field(link)
    if target == "drawn":
        found["drawing"] = _drawing_field(link, pad)
    return found


def _mend(link: Link, offered: list[str]) -> None:
    """A density of the link that is not offered here, or a formula or a drawing that is none, gives way to the default,
    with a notice."""
    if link.values["target"] not in offered:
        wrong, instead = link.values["target"], DEFAULT["target"]
        link.refuse(
            t("target={wrong!r}: its checkpoint is not here; using {instead} instead", wrong=wrong, instead=instead)
        )
        link.values["target"] = DEFAULT["target"]
    if link.values["target"] == "formula" and (words := _refusal(link.values["formula"])):
        wrong = link.values["formula"][:60]
        said = t(
            "formula={wrong!r} is not allowed: {why} Using {instead} instead", wrong=wrong, why=words, instead=FORMULA
        )
        link.refuse(said)
        link.values["formula"] = FORMULA
    link.mend("drawing", drawn_picture, t("an example is shown instead"))


def _refusal(text: str) -> str:
    """What is wrong with a formula, in one sentence; "" if it is a density."""
    try:
        read_formula(text)
        run(LandscapeSettings.checked(target="formula", formula=text))
    except InvalidInput as error:
        return str(error)
    return ""


def _formula_field(link: Link) -> str:
    key, applied = f"{link.view}:formula", link.values["formula"]
    st.session_state.setdefault(key, applied)
    text = held(
        st.text_input,
        t("log p(x, y), up to a constant"),
        key=key,
        help=t(
            "A formula in x and y: + − * / **, comparisons, pi, e, sin, cos, exp, log, sqrt, abs, min, max, tanh, "
            "where(condition, a, b) … It is log p, so it has to fall towards −∞ on all sides: E = −log p − log Z."
        ),
    )
    words = "" if text == applied else _refusal(text)
    if not words:
        return text
    st.warning(t("{why} The density before it is kept.", why=plain(words)), icon=":material/function:")
    return applied


def _drawing_field(link: Link, pad: Callable[..., Any]) -> str:
    """What is on the pad; from its first showing on the browser owns it, unless another view has drawn since."""
    memory, applied = f"{link.view}:drawing-memory", link.values["drawing"]
    opened, last = st.session_state.get(memory, (None, None))
    if opened is None or applied != last:
        opened = applied
    before = pictures.from_levels(drawn_picture(opened), DRAWN_LEVELS)
    drawn = pad(key=f"{link.view}:drawing-pad", shape=before.shape, value=before, height=205)
    text = pack_picture(pictures.to_levels(drawn.picture, DRAWN_LEVELS), DRAWN_LEVELS)
    text = "" if text == example_drawing() else text
    st.session_state[memory] = (opened, text)
    return text


def kernel_controls(
    link: Link, names: tuple[str, ...] = tuple(KERNELS), suffix: str = "", label: str = ""
) -> dict[str, Any]:
    """The kernel, its step size and, of Hamiltonian Monte Carlo, its leapfrog steps.

    label: of the choice, "Kernel" where none is given.
    suffix: of the link's names, for a second kernel beside the first ("kernel" + suffix, "step_size" + suffix, …).
    """
    chosen: dict[str, Any] = {}
    key = f"{link.view}:kernel{suffix}"
    st.session_state.setdefault(key, link.values[f"kernel{suffix}"])
    kernel = chosen[f"kernel{suffix}"] = held(
        st.selectbox, label or t("Kernel"), names, key=key, format_func=kernel_titles().get
    )
    words = {
        "independent": t("Standard deviation of the proposals, which do not depend on where the chain is."),
        "hmc": t("ε of one leapfrog step."),
        "tempering": t("Standard deviation of the random walk; every temperature uses it."),
    }.get(kernel, t("ε: how far a proposal reaches."))
    if kernel != "gibbs":
        chosen[f"step_size{suffix}"] = _bounded(link, f"step_size{suffix}", t("Step size ε"), 0.01, words)
    if kernel == "hmc":
        chosen[f"leapfrog{suffix}"] = _bounded(
            link, f"leapfrog{suffix}", t("Leapfrog steps L"), 1, t("Steps of one proposal.")
        )
    return chosen


def _bounded(link: Link, name: str, label: str, step: float, words: str) -> Any:
    """A slider whose bounds are those of the field without its suffix."""
    field = next(f for f in ("step_size", "leapfrog") if name.startswith(f))
    low, high = ChainSettings.bounds(field)
    key = f"{link.view}:{name}"
    st.session_state.setdefault(key, type(low)(link.values[name]))
    return held(st.slider, label, low, high, step=type(low)(step), key=key, help=words)


def run_controls(link: Link, most: int = 16) -> dict[str, Any]:
    """Chains, steps, warm-up and seed of `ChainSettings`."""
    return {
        "chains": number_setting(link, ChainSettings, "chains", t("Chains")) if most > 1 else 1,
        "steps": number_setting(link, ChainSettings, "steps", t("Steps")),
        "warmup": number_setting(
            link,
            ChainSettings,
            "warmup",
            t("Warm-up steps"),
            10,
            help=t("Before the steps that count: the step size is adapted in them, if the kernel can reject."),
        ),
        "seed": seed_setting(link, ChainSettings),
    }


def unused(link: Link) -> dict[str, None]:
    """The names of a link that play no part in what is applied, for `link.write`: they are left out of the URL."""
    values = link.values
    idle = [name for name, target in (("formula", "formula"), ("drawing", "drawn")) if values.get("target") != target]
    for suffix in ("", *sorted({name.removeprefix("kernel") for name in values if name.startswith("kernel")} - {""})):
        kernel = values.get(f"kernel{suffix}")
        idle += [f"leapfrog{suffix}"] * (kernel != "hmc") + [f"step_size{suffix}"] * (kernel == "gibbs")
    return dict.fromkeys(name for name in idle if name in values)
