"""What the laboratory's views share: one network in one link, its controls, undo, and the way to the other views."""

import secrets
from typing import Any

import streamlit as st

from ..errors import InvalidInput
from ..traces import MadeLabSettings, MadeLabTrace
from .frame import plain
from .held import held
from .link import Link
from .resources import run
from .words import t

DEFAULTS = {name: field.default for name, field in MadeLabSettings.model_fields.items()}
HISTORY, MOST = "made-lab:history", 200


class MadeLab:
    """The network of the session, as the views see it. `view` is the file of the one that is open."""

    def __init__(self, view: str):
        self.view = view
        self.link = Link("made-lab", MadeLabSettings, DEFAULTS)  # one for all views: the network goes along

    @property
    def settings(self) -> MadeLabSettings:
        """The network that is shown."""
        return MadeLabSettings.checked(**self.link.values)

    def trace(self) -> MadeLabTrace:
        """Its trace."""
        return run(self.settings)

    def change(self, **values: Any) -> None:
        """Another network: what no longer fits gives way, in words. InvalidInput if the values are not allowed."""
        before = self.settings
        after, words = before.fitted(**values)
        if after == before:
            return
        history = st.session_state.setdefault(HISTORY, [])
        history.append(dict(self.link.values))
        del history[:-MOST]
        self.link.apply(**after.model_dump())
        for text in words:
            self.link.refuse(text)

    def edit(self, degrees: list[list[int]], order: list[int]) -> None:
        """Degrees and ordering as they were set in the graph."""
        trace, values = self.trace(), {}
        if [trace.degree[trace.nodes(n)].tolist() for n in range(1, trace.hidden.size + 1)] != degrees:
            values["degrees"] = "_".join(map(_dotted, degrees))
        if trace.order.tolist() != order:
            values["ordering"] = _dotted(order)
        self.change(**values)

    def undo(self) -> None:
        """The network before the last change."""
        self.link.apply(**st.session_state[HISTORY].pop())

    def mend(self) -> None:
        """Without flipped entries, and with the paper's rule at the output."""
        self.change(flips="", output_rule="strict")

    def controls(self) -> None:
        """Everything that describes the network, in the narrow column."""
        orderings = {"raster": t("in order"), "reverse": t("reverse"), "random": t("random, from the seed")}
        degrees = {"drawn": t("drawn, from the seed"), "spread": t("spread evenly")}
        self._slider("inputs", t("Inputs"))
        self._units()
        self._listed("ordering", t("Ordering"), orderings | {"hand": t("by hand")})
        self._listed("degrees", t("Degrees"), degrees | {"hand": t("by hand")})
        left, right = st.columns(2, gap="small")
        with left:
            self._rule(
                "hidden_rule", t("Hidden rule"), ("loose", "strict"), t("The paper's is ≤; < only wastes paths.")
            )
        with right:
            self._rule(
                "output_rule", t("Output rule"), ("strict", "loose"), t("The paper's is <; ≤ lets x see itself.")
            )
        key = self._key("direct")
        _put(key, self.link.values["direct"])
        held(st.toggle, t("Direct connections"), key=key, on_change=self._take, args=("direct",))
        self._seed()
        with st.container(horizontal=True, gap="small"):
            st.button(
                t("Undo"),
                icon=":material/undo:",
                on_click=self.undo,
                disabled=not st.session_state.get(HISTORY),
                key=self._key("undo"),
            )
            broken = bool(self.link.values["flips"]) or self.link.values["output_rule"] == "loose"
            st.button(
                t("Mend all"),
                icon=":material/healing:",
                on_click=self.mend,
                disabled=not broken,
                key=self._key("mend"),
            )

    def hand_over(self) -> None:
        """Links to the other views with this very network."""
        query = {name: str(value) for name, value in self.link.values.items() if value not in (None, "")}
        views = {
            "graph": (t("This network in **Network**"), ":material/graph_3:"),
            "masks": (t("This network in **Masks**"), ":material/grid_on:"),
            "break_it": (t("This network in **Break it**"), ":material/broken_image:"),
        }
        for name, (label, icon) in views.items():
            if name != self.view:
                st.page_link(f"pages/made/{name}.py", label=label, icon=icon, query_params=query)

    def _key(self, name: str) -> str:
        return f"made-{self.view}:{name}"

    def _take(self, name: str) -> None:
        """A control was changed: its value is applied, or refused in words beside it."""
        problem = self._key(f"{name}:problem")
        st.session_state.pop(problem, None)
        try:
            self.change(**{name: st.session_state[self._key(name)]})
        except InvalidInput as error:
            st.session_state[problem] = str(error)

    def _slider(self, name: str, label: str) -> None:
        low, high = MadeLabSettings.bounds(name)
        _put(self._key(name), self.link.values[name])
        held(st.slider, label, low, high, key=self._key(name), on_change=self._take, args=(name,))

    def _units(self) -> None:
        sizes = list(self.settings.sizes())
        layers = self._key("layers")
        _put(layers, len(sizes))

        def count() -> None:
            wanted = st.session_state[layers] or len(sizes)
            self.change(hidden=_dotted((sizes + sizes[-1:] * 2)[:wanted]))

        def resize() -> None:
            self.change(hidden=_dotted([st.session_state[self._key(f"units{n}")] for n in range(len(sizes))]))

        held(
            st.segmented_control,
            t("Hidden layers"),
            [1, 2, 3],
            key=layers,
            on_change=count,
            required=True,
            width="stretch",
        )
        for n, place in enumerate(st.columns(3, gap="small")[: len(sizes)]):
            key = self._key(f"units{n}")
            _put(key, sizes[n])
            held(place.number_input, t("Units h{number}", number=n + 1), 1, 16, key=key, on_change=resize)

    def _listed(self, name: str, label: str, choices: dict[str, str]) -> None:
        """A named rule, or a list typed by hand."""
        value, key, kind = self.link.values[name], self._key(name), self._key(f"{name}:kind")
        _put(kind, value if value in choices else "hand")

        def choose() -> None:
            wanted = st.session_state[kind]
            st.session_state.pop(self._key(f"{name}:problem"), None)
            if wanted == "hand":
                trace = self.trace()
                rows = [trace.degree[trace.nodes(n)] for n in range(1, trace.hidden.size + 1)]
                wanted = _dotted(trace.order) if name == "ordering" else "_".join(map(_dotted, rows))
            self.change(**{name: wanted})

        held(st.selectbox, label, list(choices), key=kind, format_func=choices.get, on_change=choose)
        if value not in choices:
            problem = st.session_state.get(self._key(f"{name}:problem"))
            if not problem or key not in st.session_state:
                _put(key, value)
            where = name == "ordering"
            words = t("positions from 0, first to last") if where else t("one list a layer, joined by _")
            held(
                st.text_input,
                words,
                key=key,
                on_change=self._take,
                args=(name,),
                help=t("Numbers are joined by dots."),
                max_chars=200,
            )
            if problem:
                st.warning(plain(problem), icon=":material/error:")

    def _rule(self, name: str, label: str, choices: tuple[str, str], words: str) -> None:
        key = self._key(name)
        _put(key, self.link.values[name])
        held(
            st.segmented_control,
            label,
            choices,
            key=key,
            format_func={"strict": "\\<", "loose": "≤"}.get,
            on_change=self._take,
            args=(name,),
            required=True,
            help=words,
            width="stretch",
        )

    def _seed(self) -> None:
        key = self._key("seed")
        _put(key, self.link.values["seed"])
        low, high = MadeLabSettings.bounds("seed")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            words = t("Draws the weights, and a random ordering and the degrees where they are drawn.")
            held(
                st.number_input, t("Seed"), low, high, step=1, key=key, help=words, on_change=self._take, args=("seed",)
            )
            st.button(
                "",
                icon=":material/casino:",
                key=f"{key}:roll",
                on_click=lambda: self.change(seed=secrets.randbelow(1_000_000)),
                help=t("A new seed"),
            )


def _put(key: str, value: Any) -> None:
    """The control shows what the network is, whoever changed it."""
    if st.session_state.get(key) != value or key not in st.session_state:
        st.session_state[key] = value


def _dotted(numbers: Any) -> str:
    return ".".join(str(int(number)) for number in numbers)
