"""The families as a gallery: real samples, what each can and cannot do, and the way to each page."""

import streamlit as st

from playground import figures, ui
from playground.traces import AncestralSettings

engine = ui.engine()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    st.title("Generative playground", anchor=False, width="content")
    st.caption("Pick a model and watch it work. Every picture below was drawn just now, from seed 0.", width="stretch")

CAN = {
    "PixelCNN": (
        "One stack of masked convolutions; each pixel is predicted from the pixels before it.",
        "exact log-likelihood · samples · completions of the lower part",
        "no code or latent space · a blind spot · one pixel after another",
    ),
    "GatedPixelCNN": (
        "A vertical and a horizontal stack with gates: every earlier pixel within reach is seen.",
        "exact log-likelihood · samples · completions · no blind spot",
        "no code or latent space · more multiply-adds a pixel · one pixel after another",
    ),
}

names = engine.names("pixelcnn")
for column, name in zip(st.columns(len(names), gap="medium"), names, strict=True):
    loaded = engine.load(name)
    trace = ui.run(AncestralSettings(checkpoint=name, count=18, seed=0))
    idea, can, cannot = CAN[type(loaded.model).__name__]
    with column, st.container(border=True, height="stretch"):
        st.markdown(f"#### {loaded.description['title']}")
        picture = figures.grid.card(figures.export.sheet(trace, columns=6))
        st.image(picture, width="stretch", alt=f"18 samples of {name}, seed 0")
        st.markdown(idea)
        st.markdown(f":green[**can**] {can}  \n:orange[**cannot**] {cannot}")
        if measured := engine.validation(name):
            st.caption(f"{measured['nll_nats']:.2f} nats on held-out digits · {measured['parameters']:,} weights")
        st.page_link(
            "pages/pixelcnn/generate.py",
            label="Watch it write",
            icon=":material/play_arrow:",
            query_params={"checkpoint": name},
        )

st.markdown("##### Take it apart")
for column, (path, label, words) in zip(
    st.columns(5),
    (
        ("complete", "Complete", "draw half a digit, the model writes the rest"),
        ("masks", "Masks", "see which pixels reach a pixel, and the blind spot"),
        ("inside", "Inside", "feature maps and skip connections as a digit grows"),
        ("surprise", "Surprise", "how unlikely is your own digit, pixel by pixel"),
        ("cost", "Cost", "784 full passes against one, measured here"),
    ),
    strict=True,
):
    with column:
        st.page_link(f"pages/pixelcnn/{path}.py", label=f"**{label}**", width="stretch")
        st.caption(words)
