"""Through time: the gradient of a late loss with respect to every earlier state, live, for fresh and trained nets."""

import streamlit as st

from playground import figures, ui
from playground.traces import in_python
from playground.traces.through_time import FreshTimeSettings, TextTimeSettings, TimeLinkSettings

VIEW = "recurrent-through-time"
SHARED = ui.engine()
NAMES = ui.in_reading_order(
    tuple(n for n in SHARED.names("recurrent") if SHARED.load(n).description["model"] == "RecurrentModel")
)
NAMES = tuple(name for name in NAMES if ui.symbols_of(name))
MATRICES = {
    "orthogonal": ui.t("gain × orthogonal"),
    "gaussian": ui.t("Gaussian, spectral radius = gain"),
}
DEFAULTS = {name: field.default for name, field in TimeLinkSettings.model_fields.items()} | {"text": ui.VERSES}
DARK = st.context.theme.type == "dark"

link = ui.Link(VIEW, TimeLinkSettings, DEFAULTS)


def number(name: str, label: str, step: float = 1, **options: str) -> float:
    """A slider for a field of the link, without the crumbs of binary fractions."""
    return round(ui.number_setting(link, TimeLinkSettings, name, label, step, **options), 4)


idea = ui.t(
    "How much of a late loss's gradient is left at each earlier state? Every lag multiplies by one more Jacobian."
)
with ui.view(ui.t("Through time"), idea) as (controls, stage):
    with controls:
        chosen = {
            "matrix": ui.choice_setting(link, "matrix", ui.t("Recurrent weights, fresh"), MATRICES),
            "gain": number(
                "gain", ui.t("Gain"), 0.05, help=ui.t("Scale of the recurrent weights; of each gate's block alike.")
            ),
            "forget": number("forget", ui.t("Forget gate's bias, fresh LSTM"), 0.5),
            "length": number("length", ui.t("Length, steps before the loss")),
            "cut": number(
                "cut",
                ui.t("Truncation, steps kept"),
                help=ui.t("The state is detached so many steps before the loss. 0: nowhere."),
            ),
            "clip": number(
                "clip", ui.t("Clipping threshold θ"), 0.05, help=ui.t("g ← g · θ/‖g‖ where the norm is larger.")
            ),
        }
        with st.popover(ui.t("More: units, inputs"), icon=":material/tune:", width="stretch"):
            chosen["hidden"] = number("hidden", ui.t("Hidden units, fresh"), 8)
            chosen["drive"] = number("drive", ui.t("Standard deviation of the inputs, fresh"), 0.05)
            chosen["seed"] = ui.seed_setting(link, TimeLinkSettings)
        with st.popover(ui.t("Text for trained nets"), icon=":material/edit_note:", width="stretch"):
            found = ui.typed_text(link, "text", ui.VERSES, ui.symbols_of(NAMES[0]) if NAMES else "", height=220)
        progress = st.empty()
    link.follow(**chosen)
    values = {name: link.values[name] for name in ("seed", "length", "cut", "clip")}
    fresh = FreshTimeSettings.checked(**{name: link.values[name] for name in FreshTimeSettings.model_fields})
    trained = TextTimeSettings.checked(**values, text=found.text, checkpoints=NAMES)
    link.write()
    with stage:
        ui.notices(link.notices)
        traces = (
            ui.run(fresh, progress, ui.t("Gradients … {:.0%}")),
            ui.run(trained, progress, ui.t("Gradients … {:.0%}")) if NAMES and len(found.codes) > 1 else None,
        )
        words = figures.through_time.fresh_finding(traces[0], ui.t), figures.through_time.finding(traces[1], ui.t)
        st.markdown("  \n".join(f":small[{line}]" for line in words))
        figure = figures.through_time.norms(traces, DARK, ui.t)
        st.plotly_chart(figure, key=f"{VIEW}:figure", config=figures.style.CONFIG)
        code = in_python(fresh=fresh) if traces[1] is None else in_python(fresh=fresh, trained=trained)
        ui.take_away(fresh.stem(), code, figures.through_time_files.files, *traces)
        for nets, trace in zip((ui.t("Fresh"), ui.t("Trained")), traces, strict=True):
            if trace is not None:
                losses = trace.norms.shape[1]
                words = ui.t(
                    "{nets}: the geometric mean of the norm over {count} losses, by lag k", nets=nets, count=losses
                )
                st.caption(words)
                st.table(figures.through_time.table(trace, ui.t), hide_index=True, alt=words)

ui.lesson(VIEW, **figures.through_time.words(*traces, ui.t))
