"""One player a page, chosen by ?show=…, and what Python heard of it."""

import streamlit as st
from traces import fake_trace, forked

from playground.widgets import player

st.set_page_config(page_title="Players", layout="wide")
st.markdown("<style>.block-container{padding:3.5rem 2rem 1rem;max-width:none}</style>", unsafe_allow_html=True)
show = st.query_params.get("show", "binary")
controls, stage = st.columns([260, 980], gap="medium")
with controls:
    st.subheader("Controls")
    seed = st.number_input("Seed", 0, 100, 0)
    st.button("Rerun")
    if st.button("Replay"):
        st.session_state["replay"] = st.session_state.get("replay", 0) + 1
    jump = st.number_input("Jump to", -1, 784, -1)

step = None if jump < 0 else int(jump)
with stage:
    if show == "binary":
        trace = fake_trace(16, (28, 28), 2, seed)
        state = player(
            trace,
            key="player",
            step=step,
            forceable=True,
            autoplay="autoplay" in st.query_params,
            replay=st.session_state.get("replay", 0),
        )
    elif show == "many":
        state = player(fake_trace(64, (28, 28), 2, seed), key="player", step=step)
    elif show == "grey":
        state = player(fake_trace(16, (8, 8), 16, seed, temperature=0.8), key="player", step=step, forceable=True)
    elif show == "given":
        state = player(fake_trace(4, (28, 28), 2, seed, given_rows=10), key="player", step=step or 500)
    elif show == "single":
        state = player(fake_trace(1, (28, 28), 2, seed), key="player", step=step or 400, forceable=True)
    else:
        trace = forked(fake_trace(1, (28, 28), 2, seed), 300)
        titles = ("as it was", "pixel forced to the other value")
        state = player(trace, key="player", step=step, titles=titles, layout="compare", forced=300, forceable=True)

st.session_state["runs"] = st.session_state.get("runs", 0) + 1
if state.force is not None:
    st.session_state["forced"] = state.force
forced = st.session_state.get("forced")
st.text(f"step={state.step} focus={state.focus} forced={forced} runs={st.session_state['runs']}")
