"""Two drawing pads and what Python heard of them."""

import numpy as np
import streamlit as st

from playground.widgets import drawing_pad

st.set_page_config(page_title="Pads", layout="wide")
st.markdown("<style>.block-container{padding:3.5rem 2rem 1rem;max-width:none}</style>", unsafe_allow_html=True)
value = None
if st.checkbox("Example"):
    value = np.zeros((28, 28))
    value[4:24, 12:16] = 1
left, right = st.columns(2)
with left:
    drawn = drawing_pad(key="draw", value=value)
    st.text(f"draw: ink={int(drawn.picture.sum())} revision={drawn.revision} problem={drawn.problem}")
with right:
    part = drawing_pad(key="complete", mode="complete", value=value)
    st.text(f"complete: ink={int(part.picture.sum())} keep={int(part.keep.sum())} revision={part.revision}")
