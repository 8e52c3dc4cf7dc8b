"""β: a small VAE learns 8×8 digits in front of the visitor, its KL weighted by β; one training or two side by side."""

import streamlit as st

from playground import figures, ui
from playground.traces import BetaLinkSettings, BetaSettings, in_python
from playground.widgets import beta_player

VIEW = "autoencoders-beta"
DEFAULTS = {name: field.default for name, field in BetaLinkSettings.model_fields.items()}

link = ui.Link(VIEW, BetaLinkSettings, DEFAULTS)


def second() -> float | None:
    """A switch for a second β, and its slider where it is on."""
    low, high = BetaSettings.bounds("beta")
    key, switch = f"{VIEW}:other", f"{VIEW}:two"
    st.session_state.setdefault(switch, link.values["other"] is not None)
    if not ui.held(
        st.toggle, ui.t("A second β beside it"), key=switch, help=ui.t("The same first weights, batches and noise.")
    ):
        return None
    st.session_state.setdefault(key, 4.0 if link.values["other"] is None else link.values["other"])
    return round(ui.held(st.slider, ui.t("β of the second"), low, high, step=0.1, key=key), 2)


idea = ui.t("β weighs the KL: small, and the codes run from the prior; large, and they collapse onto it.")
with ui.view(ui.t("β"), idea) as (controls, stage):
    with controls:
        words = ui.t("Of the KL in the loss. 1 is the bound itself, 0 an autoencoder with noise.")
        chosen = {"beta": round(ui.number_setting(link, BetaSettings, "beta", "β", 0.1, help=words), 2)}
        chosen["other"] = second()
        chosen["latent"] = ui.number_setting(link, BetaSettings, "latent", ui.t("Z, dimensions of the code"))
        chosen["steps"] = ui.number_setting(link, BetaSettings, "steps", ui.t("Training steps"), 50)
        chosen["seed"] = ui.seed_setting(link, BetaSettings)
        progress, button = st.empty(), st.empty()
    link.follow(**chosen)
    shared = {name: value for name, value in link.values.items() if name != "other"}
    betas = [link.values["beta"], *([] if link.values["other"] is None else [link.values["other"]])]
    settings = [BetaSettings.checked(**shared | {"beta": beta}) for beta in betas]
    frame = link.opened_number("frame", 0, 60)
    with stage:
        ui.notices(link.notices)
        traces = []
        for n, one in enumerate(settings, 1):
            name = ui.t("training {number}", number=n) if len(settings) > 1 else ""
            trace = ui.trained(link, one, button, progress, name)
            if trace is None:
                break
            traces.append(trace)
        further = {}
        if len(traces) == len(settings):
            last = len(traces[0].kept) - 1
            state = beta_player(traces, key=f"{VIEW}:stage", frame=None if frame is None else min(frame, last))
            further["frame"] = state.step
            stem = "_".join(one.stem() for one in settings)[:180]
            ui.take_away(stem, in_python(traces=settings), figures.beta.files, traces, state.step)
        link.write(**further)

ui.lesson(VIEW, **figures.beta.words(traces[0] if traces else None))
