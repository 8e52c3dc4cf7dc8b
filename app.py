"""The entry point: `streamlit run app.py`.

This file is read in two ways. Streamlit imports it once, finds `app` and serves it, after the lifespan hook has loaded
the models. For every visitor's interaction it then runs the same file as a script: navigation on top, then the page.
"""

import streamlit as st

from playground import figures, ui

if __name__ == "__main__":
    st.set_page_config("Generative playground", "✍️", layout="wide", initial_sidebar_state="collapsed")
    ui.frame()
    sections = ui.sections()
    page = st.navigation(sections, position="top")
    ui.room(page, sections)
    with ui.lecture(page, [view for views in sections.values() for view in views]):
        page.run()
else:
    figures.warm.warm_up()
    app = st.App(__file__, lifespan=ui.lifespan, routes=ui.routes(), on_script_error=ui.on_error)
