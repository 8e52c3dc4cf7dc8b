"""What the walk needs beside the controls of all views of chains: a second kernel, and starts that may fail."""

from typing import Any

import streamlit as st

from ..errors import InvalidInput
from ..traces import ChainSettings, ChainTrace, LandscapeTrace, unpack_starts
from .chains import kernel_controls
from .held import held
from .link import Link
from .resources import run
from .words import t

OWN = ("kernel", "step_size", "leapfrog")  # what each kernel has for itself; everything else is shared


def second_kernel(link: Link, first: str) -> dict[str, Any]:
    """A switch for a second kernel beside `first`, and its settings where it is on."""
    key = f"{link.view}:compare"
    st.session_state.setdefault(key, bool(link.values["kernel2"]))
    if not held(
        st.toggle, t("A second kernel beside it"), key=key, help=t("From the same starts, with the same seed.")
    ):
        return {"kernel2": ""}
    if not link.values["kernel2"]:
        link.values["kernel2"] = "hmc" if first != "hmc" else "metropolis"
        st.session_state[f"{link.view}:kernel2"] = link.values["kernel2"]
    return kernel_controls(link, suffix="2", label=t("Second kernel"))


def walks(link: Link, landscape: LandscapeTrace, progress: Any) -> list[tuple[ChainSettings, ChainTrace]]:
    """Settings and trace of one kernel or of two.

    Starts that cannot be read, or from which no chain can start, are named in a notice of the link; those of the walk
    before are taken instead, or those that the seed draws. Nothing comes back where no chain can start there either.
    """
    good, found = f"{link.view}:good", []
    for starts in dict.fromkeys((link.values["starts"], st.session_state.get(good, ""), "")):
        try:
            if starts:
                unpack_starts(starts, landscape.window)
            found = [_walk(link, starts, suffix, progress) for suffix in ("", "2") if link.values[f"kernel{suffix}"]]
        except InvalidInput as error:
            link.refuse(t("{error}; other starts are shown instead", error=str(error).rstrip(".")))
            continue
        break
    link.values["starts"] = st.session_state[good] = starts
    return found


def _walk(link: Link, starts: str, suffix: str, progress: Any) -> tuple[ChainSettings, ChainTrace]:
    shared = {name: link.values[name] for name in ChainSettings.model_fields} | {"starts": starts}
    settings = ChainSettings.checked(**shared | {name: link.values[name + suffix] for name in OWN})
    return settings, run(settings, progress, t("Walking … {:.0%}"))
