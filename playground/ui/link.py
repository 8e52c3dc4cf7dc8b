"""The link of a view: every setting, the seed and the step are in the URL, and the URL is checked when it is opened."""

from typing import Any

import streamlit as st

from ..errors import InvalidInput


class Link:
    """The settings of one view, first taken from the link that opened it, then kept in the session and the link.

    `values` holds what is applied now. Wrong values of a link become `notices`, and the default is used.
    """

    def __init__(self, view: str, settings: Any, defaults: dict[str, Any], choices: dict[str, tuple] | None = None):
        self.view = view
        key = f"link:{view}"
        if key not in st.session_state:
            query = st.query_params.to_dict()
            good, notices = settings.from_link(query)
            for name, allowed in (choices or {}).items():
                if name in good and good[name] not in allowed:
                    notices.append(
                        f"{name}={good.pop(name)!r} is not allowed: known are {', '.join(map(str, allowed))}; "
                        f"using {defaults[name]} instead"
                    )
            st.session_state[key] = {"values": {**defaults, **good}, "notices": notices, "query": query}
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

    def refuse(self, words: str) -> None:
        """Add a notice."""
        if words not in self.notices:
            self.notices.append(words)

    def opened(self, name: str) -> str | None:
        """A further value of the link that opened the view, as text; it is handed out once."""
        return self._state["query"].pop(name, None)

    def opened_number(self, name: str, low: int, high: int) -> int | None:
        """A further whole number of the link; outside low … high it becomes a notice and None."""
        text = self.opened(name)
        if text is None:
            return None
        if not text.lstrip("-").isdecimal() or not low <= int(text) <= high:
            self.refuse(
                f"{name}={text!r} is not allowed: a whole number from {low} to {high}; starting at {low} instead"
            )
            return None
        return int(text)

    def write(self, **further: Any) -> None:
        """Put the applied settings, and `further` ones such as the step, into the URL. None leaves a name out."""
        wanted = {k: _text(v) for k, v in {**self.values, **further}.items() if v not in (None, "")}
        if st.query_params.to_dict() != wanted:
            st.query_params.from_dict(wanted)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def numbers(text: str, count: int, name: str) -> tuple[int, ...]:
    """Whole numbers joined by dots, as in `force=0.406.1`; InvalidInput names what is wrong."""
    parts = text.split(".")
    if len(parts) != count or not all(part.isdecimal() for part in parts):
        raise InvalidInput(f"{name}={text!r} is not allowed: {count} whole numbers joined by dots")
    return tuple(int(part) for part in parts)
