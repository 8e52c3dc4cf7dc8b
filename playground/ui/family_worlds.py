"""The controls of all families on one small world, and their trainings one after another."""

import time
from typing import Any

import streamlit as st

from .. import worlds
from ..errors import InvalidInput
from ..traces import FAMILY_NAMES, CompareWorldLinkSettings
from .controls import choice_setting, number_setting, seed_setting, shape_setting
from .foundations import world_names
from .held import held
from .link import Link
from .resources import engine
from .words import t

MOST_PIXELS = 12
SIDES = range(worlds.SIDES[0], worlds.SIDES[1] + 1)
SHAPES = [(height, width) for height in SIDES for width in SIDES if height * width <= MOST_PIXELS]
PATIENCE = 0.4  # seconds before a bar is shown
Settings = CompareWorldLinkSettings


def families() -> dict[str, tuple[str, str]]:
    """Name → its title and what it says of p(x), in the visitor's language."""
    exact, counted = t("log p, exact"), t("log p, Z counted")
    return {
        "independent": (t("Independent"), exact),
        "fvsbn": ("FVSBN", exact),
        "nade": ("NADE", exact),
        "made": ("MADE", exact),
        "pixelcnn": ("PixelCNN", exact),
        "rnn": ("RNN", exact),
        "lstm": ("LSTM", exact),
        "gru": ("GRU", exact),
        "transformer": (t("Transformer"), exact),
        "rbm": ("RBM", counted),
        "energy": (t("Energy model"), counted),
        "vae": ("VAE", t("a bound, ELBO")),
        "gan": ("GAN", t("none: a game")),
    }


def mend_sides(link: Link) -> None:
    """Sides of a link that make too many pixels together give way, with a notice."""
    try:
        Settings.checked(**link.values)
    except InvalidInput as error:
        link.refuse(t("{problem}; using 3 × 3 instead", problem=error))
        link.values.update({name: Settings.model_fields[name].default for name in ("height", "width")})


def families_chosen(link: Link) -> tuple[str, ...]:
    """A checkbox for each family; they act at once, as only what is not yet trained has to be."""
    before = Settings.checked(families=link.values["families"]).chosen
    names = families()
    keys = {name: f"{link.view}:family:{name}" for name in FAMILY_NAMES}
    for name, key in keys.items():
        st.session_state.setdefault(key, name in before)
    count = sum(st.session_state[key] for key in keys.values())
    label = t("Families: {count} of {all}", count=count or len(keys), all=len(keys))
    with st.popover(label, icon=":material/checklist:", width="stretch"):
        if not count:
            st.caption(t("None is ticked: all are shown."))
        columns = st.columns(2, gap="small")
        for place, (name, key) in enumerate(keys.items()):
            with columns[place * 2 // len(keys)]:
                held(st.checkbox, names[name][0], key=key)
    chosen = [name for name, key in keys.items() if st.session_state[key]]
    link.follow(families="" if len(chosen) in (0, len(keys)) else ",".join(chosen))
    return tuple(chosen)


def training_settings(link: Link) -> dict[str, Any]:
    """What waits for the Train button, as the controls have it."""
    found = {"world": choice_setting(link, "world", t("World"), world_names())}
    found["height"], found["width"] = shape_setting(link, t("Pixels"), SHAPES)
    found["steps"] = number_setting(link, Settings, "steps", t("Updates of each"), 20)
    with st.popover(t("How they learn"), icon=":material/tune:", width="stretch"):
        rate = number_setting(link, Settings, "rate", t("Learning rate (Adam), the same for all"), 0.001, format="%.3f")
        found["rate"] = round(rate, 3)
        batches = {0: t("all of them"), 16: "16", 64: "64", 256: "256"}
        all_words = t("All: the exact expectation, no sampling noise.")
        found["batch"] = choice_setting(link, "batch", t("Images in a step"), batches, help=all_words)
        gradients = {"exact": t("exact, Z over all states"), "cd": t("CD-1, one sweep from the batch")}
        found["gradient"] = choice_setting(link, "gradient", t("RBM and energy model: gradient"), gradients)
        latents = {1: t("1 dimension"), 2: t("2 dimensions")}
        found["latent"] = choice_setting(link, "latent", t("VAE: the code"), latents)
        found["bits"] = number_setting(
            link, Settings, "bits", t("GAN: bits of the code"), help=t("k bits are 2ᵏ codes, all of them summed over.")
        )
    found["seed"] = seed_setting(link, Settings)
    return found


def trained_families(link: Link, settings: CompareWorldLinkSettings, button: Any, place: Any) -> list[Any]:
    """The traces of the families on stage, trained one after another with a bar and a Cancel button.

    A cancelled run keeps what was trained before it; the rest waits until it is asked for.
    """
    shared, cancelled = engine(), f"{link.view}:cancelled"
    each, names = settings.each(), families()
    missing = [one for one in each if not shared.holds(one)]
    if missing and st.session_state.get(cancelled) == settings.key():
        st.info(t("Cancelled: {count} families are not trained.", count=len(missing)), icon=":material/cancel:")
        st.button(t("Train them"), key=f"{link.view}:go-on", on_click=st.session_state.pop, args=(cancelled,))
        return [shared.run(one) for one in each if one not in missing]
    if missing:
        note = {"on_click": st.session_state.__setitem__, "args": (cancelled, settings.key())}
        button.button(t("Cancel"), icon=":material/cancel:", key=f"{link.view}:cancel", width="stretch", **note)
    begun, traces, done = time.monotonic(), [], 0
    for one in each:
        title, before = names[one.family][0], done

        def progress(share: float, title: str = title, before: int = before) -> None:
            if time.monotonic() - begun > PATIENCE:
                words = t("{family}, {number} of {all}", family=title, number=before + 1, all=len(missing))
                place.progress((before + share) / len(missing), text=words)

        traces.append(shared.run(one, progress))
        done += one in missing
    place.empty()
    button.empty()
    return traces
