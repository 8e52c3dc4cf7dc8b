"""What a distribution over n binary variables costs: a full table against FVSBN, NADE and MADE."""

import streamlit as st

from playground import figures, ui
from playground.traces import ParameterSettings

VIEW = "belief-networks-cost"
DEFAULTS = {"n": 784, "hidden": 500, "layers": 1, "direct": True}
DARK = st.context.theme.type == "dark"

link = ui.Link(VIEW, ParameterSettings, DEFAULTS)
IDEA = ui.t("A table for n binary variables has a row for every state; a belief network shares its weights.")
with ui.view(ui.t("Cost"), IDEA) as (controls, stage):
    with controls:
        chosen = {
            "n": ui.number_setting(
                link, ParameterSettings, "n", ui.t("n, binary variables"), help=ui.t("784 are 28×28 pixels.")
            ),
            "hidden": ui.number_setting(
                link,
                ParameterSettings,
                "hidden",
                ui.t("H, hidden units"),
                help=ui.t("Of NADE, and of each hidden layer of MADE."),
            ),
        }
        for name, value in link.values.items():
            st.session_state.setdefault(f"{VIEW}:{name}", value)
        chosen["layers"] = ui.segment_setting(link, "layers", ui.t("MADE: hidden layers"), [1, 2, 3])
        chosen["direct"] = ui.held(st.toggle, ui.t("MADE: direct connections"), key=f"{VIEW}:direct")
        st.caption(
            ui.t(
                "**Parameters** counts what is not masked, **stored** what the built model holds; **dearer from** is "
                "the least n whose table has more. **Pass** (all conditionals at once) and **sample** are in "
                "multiply-adds."
            )
        )
    if any(link.values[name] != value for name, value in chosen.items()):
        link.apply(**chosen)
    settings = ParameterSettings.checked(**chosen)
    trace = ui.run(settings)
    link.write()

    with stage:
        ui.notices(link.notices)
        figure = figures.parameters.growth(trace, DARK, t=ui.t)
        st.plotly_chart(figure, key=f"{VIEW}:growth-widest", config=figures.style.CONFIG)
        st.markdown(figures.parameters.table(trace, ui.t))
        with st.popover(ui.t("2^{n} − 1, digit by digit", n=trace.n), icon=":material/pin:", type="tertiary"):
            st.code(f"{trace.table:,}", language=None, wrap_lines=True)
        ui.take_away(settings.stem(), settings.python(), figures.parameters.files, trace)

at = trace.n - 1
ui.lesson(
    VIEW,
    n=trace.n,
    hidden=f"{trace.hidden:,}",
    table=figures.parameters.approximate(trace.table),
    fvsbn=f"{trace.living[0, at]:,}",
    nade=f"{trace.living[1, at]:,}",
    made=f"{trace.living[2, at]:,}",
    made_stored=f"{trace.stored[2, at]:,}",
    from_fvsbn=trace.crossing[0],
    from_nade=trace.crossing[1],
    from_made=trace.crossing[2],
    nade_pass=f"{trace.pass_multiplications[1]:,}",
    scratch=f"{trace.hidden * trace.n * (trace.n + 1) // 2:,}",
)
