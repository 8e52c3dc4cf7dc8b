"""The controls of a training on a small world: everything waits for the Train button, the drawn images too."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from .. import worlds
from ..traces import SmallWorldSettings
from ..traces.small_world import MOST_LAYERS, MOST_MEMBERS
from .controls import choice_setting, number_setting, ordering_name, presses, seed_setting, shape_setting
from .held import held
from .link import Link
from .words import t

ORDERINGS = ("raster", "column", "spiral", "random-1", "random-2", "random-3")
MOST_PATTERNS, UNDO_DEPTH = worlds.MOST_PATTERNS, 100
MEMBERS = (1, 2, 4, 8, 16)
BATCHES = (16, 64, 256, 1024)
DEFAULTS = {name: field.default for name, field in SmallWorldSettings.model_fields.items()}
CHOICES = [name for name in DEFAULTS if name not in ("patterns", "height", "width")]


def small_worlds() -> dict[str, str]:
    """The name of each world in the visitor's language."""
    return {
        "bars-and-stripes": t("Bars and stripes"),
        "one-bar": t("One bar"),
        "parity": t("Parity (even number of 1s)"),
        "checkerboard": t("Two chessboards"),
        "drawn": t("Drawn by you"),
    }


def _models() -> dict[str, str]:
    return {
        "made": t("MADE"),
        "fvsbn": t("FVSBN (no hidden layer)"),
        "nade": t("NADE"),
        "nade-agnostic": t("Order-agnostic NADE"),
    }


def _averaged(model: str, count: int) -> str:
    if count == 1:
        return t("one")
    return t("{count} sets", count=count) if model == "made" else t("{count} orders", count=count)


class SmallWorldControls:
    """The narrow column of a view with one training. `link` holds what is applied; the rest waits in the session."""

    def __init__(self, link: Link, draw: Callable[["SmallWorldControls", tuple[int, int]], None]):
        """draw: what a press on "Draw the world" opens, for images of a shape."""
        self.link, self.draw = link, draw
        self._fit(link.values)

    def _key(self, name: str) -> str:
        return f"{self.link.view}:{name}"

    def _fit(self, values: dict[str, Any]) -> None:
        """Take over the values, those that do not fit one another changed and named."""
        fitted, words = SmallWorldSettings.fitted(values)
        if fitted != self.link.values:
            notices = list(self.link.notices)
            self.link.apply(**fitted)
            self.link.notices.extend(notices)
        for text in words:
            self.link.refuse(text)

    @property
    def settings(self) -> SmallWorldSettings:
        """The training that is applied."""
        return SmallWorldSettings.checked(**self.link.values)

    def bar(self) -> bool:
        """All settings, and the Train button that applies them. True when it was pressed."""
        place, waiting = st.container(), self._key("waiting")
        train = t("Train")

        def press() -> None:
            """Noted in the session: a run that a second message interrupts at once would lose the click."""
            st.session_state[waiting] = True

        st.button(train, type="primary", icon=":material/play_arrow:", width="stretch", on_click=press)
        pressed = st.session_state.pop(waiting, False)
        if pressed:  # before the settings, which say whether they are applied
            self._apply()

        @st.fragment
        def choose() -> None:
            """Nothing is trained until the button is pressed: a changed setting runs only this again."""
            self._choose()
            if self._wanted() != self.link.values:
                st.caption(t("Press **{label}** to use the new settings.", label=train))

        with place:
            choose()
        return pressed

    def _apply(self) -> None:
        wanted = self._wanted()
        if wanted["world"] == "drawn" and not wanted["patterns"]:
            self.link.refuse(t("patterns: none are drawn; a drawn world needs at least one"))
            return
        self.link.apply()
        self._fit(wanted)
        st.session_state[self._key("presses")] = presses(self.link) + 1

    def _wanted(self) -> dict[str, Any]:
        """What the controls say now; a control that the model has no use for stands at 1."""
        state, values = st.session_state, dict(self.link.values)
        values |= {name: state[self._key(name)] for name in CHOICES if self._key(name) in state}
        values["height"], values["width"] = state.get(self._key("shape"), (values["height"], values["width"]))
        values["layers"] = min(values["layers"], MOST_LAYERS[values["model"]])
        values["members"] = min(values["members"], MOST_MEMBERS[values["model"]])
        if values["world"] == "drawn":
            values["patterns"] = worlds.pack_patterns(self.drawn((values["height"], values["width"])))
        return values

    def _choose(self) -> None:
        model = choice_setting(self.link, "model", t("Model"), _models())
        world = choice_setting(self.link, "world", t("World"), small_worlds())
        left, right = st.columns([1, 1.25], gap="small")
        sides = range(worlds.SIDES[0], worlds.SIDES[1] + 1)
        with left:
            shape = shape_setting(self.link, t("Pixels"), [(h, w) for h in sides for w in sides])
        with right:
            choice_setting(
                self.link,
                "members",
                t("Averaged"),
                {n: _averaged(model, n) for n in MEMBERS},
                disabled=MOST_MEMBERS[model] == 1,
                help=t("Orderings and sets of masks that share the weights; their probabilities are averaged."),
            )
        if world == "drawn":
            with st.popover(t("Draw the world"), icon=":material/draw:", width="stretch"):
                self.draw(self, shape)
        left, right = st.columns([1, 1.25], gap="small")
        with left:
            low, high = SmallWorldSettings.bounds("layers")
            st.session_state.setdefault(self._key("layers"), self.link.values["layers"])
            fixed = model in ("fvsbn", "nade")
            held(st.number_input, t("Hidden layers"), low, high, key=self._key("layers"), disabled=fixed)
        with right:
            low, high = SmallWorldSettings.bounds("units")
            st.session_state.setdefault(self._key("units"), self.link.values["units"])
            held(st.number_input, t("Units in each"), low, high, key=self._key("units"), disabled=model == "fvsbn")
        with st.popover(t("Ordering and optimiser"), icon=":material/tune:", width="stretch"):
            ordering = self.link.values["ordering"]
            known = ORDERINGS if ordering in ORDERINGS else (*ORDERINGS, ordering)
            choice_setting(
                self.link, "ordering", t("Ordering of the pixels"), {name: ordering_name(name) for name in known}
            )
            number_setting(self.link, SmallWorldSettings, "rate", t("Learning rate (Adam)"), 0.0005, format="%.4f")
            number_setting(self.link, SmallWorldSettings, "steps", t("Steps"), 20)
            batches = {0: t("all of them")} | {n: f"{n:,}" for n in BATCHES}
            words = t("All: the exact expectation, no sampling noise.")
            choice_setting(self.link, "batch", t("Images in a step"), batches, help=words)
        seed_setting(self.link, SmallWorldSettings)

    # --- The drawn images --------------------------------------------------------------------------------------------

    def drawn(self, shape: tuple[int, int]) -> list[np.ndarray]:
        """The (H, W) images drawn so far in this shape: those of the link, else an example."""
        key = self._key(f"drawn:{shape}")
        if key not in st.session_state:
            same = shape == (self.link.values["height"], self.link.values["width"]) and self.link.values["patterns"]
            start = worlds.unpack_patterns(self.link.values["patterns"], shape) if same else worlds.example(shape)
            st.session_state[key] = list(start)
        return st.session_state[key]

    def change(self, shape: tuple[int, int], images: list[np.ndarray]) -> None:
        """Other images, at most 64, in place of those drawn; `undo` brings those back."""
        if len(images) > MOST_PATTERNS:
            return
        history = st.session_state.setdefault(self._key(f"history:{shape}"), [])
        history.append(self.drawn(shape))
        del history[:-UNDO_DEPTH]
        st.session_state[self._key(f"drawn:{shape}")] = images

    def undo(self, shape: tuple[int, int]) -> None:
        """The images before the last change, if there was one."""
        if self.undoable(shape):
            st.session_state[self._key(f"drawn:{shape}")] = st.session_state[self._key(f"history:{shape}")].pop()

    def undoable(self, shape: tuple[int, int]) -> bool:
        """Whether there was a change."""
        return bool(st.session_state.get(self._key(f"history:{shape}")))
