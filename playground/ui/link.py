"""The link of a view: every setting, the seed and the step are in the URL, and the URL is checked when it is opened."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ..errors import InvalidInput, PlaygroundError
from ..words import LANGUAGES
from .words import DEFAULT, KEPT, t

LINKED = 2_000  # characters of a typed text that a link holds
HIDDEN_ANEW = "link:hidden"  # in the session: the link hides controls, and no view has looked at their names yet
LAST = "link:last"  # in the session: the key of the link that was made last


def keep(name: str, value: str | None) -> None:
    """Let a value that is no setting of any view, such as the language, stay in every link; None takes it out."""
    values = {**st.session_state.get(KEPT, {}), name: value}
    st.session_state[KEPT] = {k: v for k, v in values.items() if v is not None}
    if value is None:
        st.query_params.pop(name, None)


def kept(name: str) -> str | None:
    """A value that `keep` was given, else None."""
    return st.session_state.get(KEPT, {}).get(name)


def show_kept() -> None:
    """Put what is kept into the URL of a page that may not write one."""
    for name, value in st.session_state.get(KEPT, {}).items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def hidden_names() -> tuple[str, ...]:
    """The names of the controls that the link hides, on whatever page they are."""
    return tuple((kept("hide") or "").split(",")) if kept("hide") else ()


def setting_names() -> tuple[str, ...]:
    """The names of the settings in the link that was made last, by the page that just ran."""
    return tuple(st.session_state.get(st.session_state.get(LAST), {}).get("values", ()))


class Link:
    """The settings of one view, first taken from the link that opened it, then kept in the session and the link.

    `values` holds what is applied now. Wrong values of a link become `notices`, and the default is used.
    """

    def __init__(self, view: str, settings: Any, defaults: dict[str, Any], choices: dict[str, tuple] | None = None):
        self.view = view
        key = f"link:{view}"
        if key not in st.session_state:
            query = st.query_params.to_dict()
            good, notices = settings.from_link(query, defaults)
            for name, allowed in (choices or {}).items():
                if name in good and good[name] not in allowed:
                    wrong, known = str(good.pop(name))[:40], ", ".join(map(str, allowed))
                    notices.append(_not_known(name, wrong, known, defaults[name]))
            if st.session_state.pop(HIDDEN_ANEW, False):
                notices += [_no_control(name, defaults) for name in hidden_names() if name not in defaults]
            st.session_state[key] = {"values": {**defaults, **good}, "notices": notices, "query": query}
            st.session_state[key]["names"] = tuple(query)
            st.session_state[key]["typed"] = set()
        st.session_state[LAST] = key
        self._state = st.session_state[key]

    @property
    def values(self) -> dict[str, Any]:
        """The applied settings, by name; change them with `apply`."""
        return self._state["values"]

    @property
    def notices(self) -> list[str]:
        """What was wrong with the link, in words."""
        return self._state["notices"]

    def apply(self, **values: Any) -> None:
        """Make these the settings of the view."""
        self._state["values"] = {**self.values, **values}
        self._state["notices"] = []

    def follow(self, **values: Any) -> None:
        """Make the values of controls that act at once the settings; a change keeps the notices of this very run."""
        if any(self.values[name] != value for name, value in values.items()):
            self.apply(**values)

    def refuse(self, words: str) -> None:
        """Add a notice."""
        if words not in self.notices:
            self.notices.append(words)

    def mend(self, name: str, read: Callable[[str], Any], instead: str) -> None:
        """A text that `read` refuses gives way to "", with a notice that ends in what is done instead."""
        if self.values[name]:
            try:
                read(self.values[name])
            except PlaygroundError as error:
                self.refuse(f"{error}; {instead}")
                self.values[name] = ""

    @property
    def opened_names(self) -> tuple[str, ...]:
        """The names in the link that opened the view."""
        return tuple(self._state["names"])

    def opened(self, name: str) -> str | None:
        """A further value of the link that opened the view, as text; it is handed out once."""
        return self._state["query"].pop(name, None)

    def opened_number(self, name: str, low: int, high: int, default: int | None = None) -> int | None:
        """A further whole number of the link, else the default; outside low … high it also becomes a notice.

        Ask for it before the notices are shown.
        """
        text = self.opened(name)
        if text is None:
            return default
        number = _whole(text)
        if number is None or not low <= number <= high:
            start = low if default is None else default
            self.refuse(
                t(
                    "{name}={wrong!r} is not allowed: a whole number from {low} to {high}; starting at {start} instead",
                    name=name,
                    wrong=text[:40],
                    low=low,
                    high=high,
                    start=start,
                )
            )
            return default
        return number

    def opened_choice(self, name: str, choices: tuple[str, ...]) -> str:
        """A further value of the link that is one of some words, else the first of them; another one becomes a notice.

        Ask for it before the notices are shown.
        """
        text = self.opened(name)
        if text is None or text in choices:
            return text or choices[0]
        self.refuse(_not_known(name, text[:40], ", ".join(choices), choices[0]))
        return choices[0]

    def shorten(self, name: str) -> None:
        """The value of this name is a typed text: the URL holds its first 2,000 characters, and none where it is ""."""
        self._state["typed"].add(name)

    def write(self, **further: Any) -> None:
        """Put the applied settings, and `further` ones such as the step, into the URL. None leaves a name out."""
        typed = self._state["typed"]
        values = {**self.values, **further}
        wanted = {k: _text(v) for k, v in values.items() if v is not None and (v != "" or k in typed)}
        wanted |= {k: wanted[k][:LINKED] for k in typed & wanted.keys()}
        wanted |= st.session_state.get(KEPT, {})
        if st.query_params.to_dict() != wanted:
            st.query_params.from_dict(wanted)


def settle_language() -> str | None:
    """Take over the language of the link. Returns a notice where there is none of this name."""
    wanted = st.query_params.get("lang")
    if wanted is None or wanted == kept("lang"):
        return None
    if wanted in LANGUAGES:
        keep("lang", wanted)
        return None
    keep("lang", None)
    return _not_known("lang", wanted[:40], ", ".join(LANGUAGES), DEFAULT)


def _not_known(name: str, wrong: str, known: str, instead: Any) -> str:
    return t(
        "{name}={wrong!r} is not allowed: known are {known}; using {instead} instead",
        name=name,
        wrong=wrong,
        known=known,
        instead=instead,
    )


def _no_control(name: str, known: dict[str, Any]) -> str:
    return t("hide={name!r} names no control of this page: known are {known}", name=name, known=", ".join(known))


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def numbers(text: str, count: int, name: str) -> tuple[int, ...]:
    """Whole numbers joined by dots, as in `force=0.406.1`; InvalidInput names what is wrong."""
    parts = text.split(".")
    found = tuple(number for part in parts if (number := _whole(part)) is not None)
    if len(parts) != count or len(found) != count:
        raise InvalidInput(
            t(
                "{name}={wrong!r} is not allowed: {count} whole numbers joined by dots",
                name=name,
                wrong=text[:40],
                count=count,
            )
        )
    return found


def _whole(text: str) -> int | None:
    """The whole number that a link's text is, if it is one of reasonable length."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None
