"""Controls that several views share."""

import secrets
from typing import Any

import streamlit as st

from .. import pictures
from ..errors import InvalidInput
from .held import held
from .link import Link
from .resources import engine
from .words import t


def checkpoint_choice(link: Link, names: tuple[str, ...], label: str = "") -> str:
    """A choice among checkpoints, shown by their titles. label: "Model" where none is given."""
    shared = engine()
    key = f"{link.view}:checkpoint"
    st.session_state.setdefault(key, link.values["checkpoint"])
    return held(
        st.selectbox,
        label or t("Model"),
        names,
        key=key,
        format_func=lambda n: shared.load(n).description.get("title", n),
    )


def number_setting(link: Link, settings: Any, name: str, label: str, step: Any = 1, **options: Any) -> Any:
    """A slider for a bounded field of a settings class."""
    low, high = settings.bounds(name)
    key = f"{link.view}:{name}"
    st.session_state.setdefault(key, type(low)(link.values[name]))
    return held(st.slider, label, low, high, step=type(low)(step), key=key, **options)


def choice_setting(link: Link, name: str, label: str, words: dict[Any, str], **options: Any) -> Any:
    """A choice for a field of the link, shown by its words."""
    key = f"{link.view}:{name}"
    st.session_state.setdefault(key, link.values[name])
    return held(st.selectbox, label, list(words), key=key, format_func=words.get, **options)


def segment_setting(link: Link, name: str, label: str, offered: list[int]) -> int:
    """A choice among a few numbers for a field of the link, all of them in sight."""
    key = f"{link.view}:{name}"
    st.session_state.setdefault(key, link.values[name])
    return held(st.segmented_control, label, offered, key=key, required=True, width="stretch")


def shape_setting(link: Link, label: str, shapes: list[tuple[int, int]]) -> tuple[int, int]:
    """A choice of height and width, two fields of the link, together."""
    key = f"{link.view}:shape"
    st.session_state.setdefault(key, (link.values["height"], link.values["width"]))
    return held(st.selectbox, label, shapes, key=key, format_func=lambda shape: f"{shape[0]} × {shape[1]}")


def seed_setting(link: Link, settings: Any) -> int:
    """A number field for the seed, with a button beside it that rolls a new one."""
    low, high = settings.bounds("seed")
    key = f"{link.view}:seed"
    st.session_state.setdefault(key, link.values["seed"])

    def roll() -> None:
        st.session_state[key] = secrets.randbelow(1_000_000)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = held(
            st.number_input,
            t("Seed"),
            low,
            high,
            step=1,
            key=key,
            help=t("The same seed gives the same random numbers, on every machine."),
        )
        st.button("", icon=":material/casino:", key=f"{key}:roll", on_click=roll, help=t("A new seed"))
    return seed


def generate_bar(link: Link, settings: Any, names: tuple[str, ...], most: int = 64, label: str = "") -> bool:
    """Model, number of samples, temperature, seed and the Generate button. True when it was pressed.

    Pressing it makes the values of the controls the applied ones; `presses` counts how often that was. label: of the
    button, "Generate" where none is given.
    """
    label = label or t("Generate")
    place = st.container()
    keys = {name: f"{link.view}:{name}" for name in ("checkpoint", "count", "temperature", "seed")}
    waiting = f"{link.view}:waiting"

    def press() -> None:
        """Noted in the session: a run that a second message interrupts at once would lose the click."""
        st.session_state[waiting] = True

    st.button(label, type="primary", icon=":material/play_arrow:", width="stretch", on_click=press)
    pressed = st.session_state.get(waiting, False)
    if pressed:  # before the settings, which say whether they are applied
        link.apply(**{name: st.session_state[key] for name, key in keys.items() if key in st.session_state})
        st.session_state[f"{link.view}:presses"] = presses(link) + 1
        del st.session_state[waiting]

    @st.fragment
    def choose() -> None:
        """Nothing is computed until the button is pressed: a changed setting runs only this again."""
        chosen = {"checkpoint": checkpoint_choice(link, names)}
        key = keys["count"]
        st.session_state.setdefault(key, link.values["count"])
        wanted = {link.values["count"], st.session_state[key]}
        counts = sorted({1, 4, 9, 16, 36, 64} | wanted)
        chosen["count"] = held(st.select_slider, t("Digits"), [c for c in counts if c <= most or c in wanted], key=key)
        chosen["temperature"] = number_setting(
            link,
            settings,
            "temperature",
            t("Temperature"),
            0.05,
            help=t(
                "Divides every logit before the draw. 1 is the model itself; below 1 it plays safe, above 1 it dares."
            ),
        )
        chosen["seed"] = seed_setting(link, settings)
        if any(link.values[name] != value for name, value in chosen.items()):
            st.caption(t("Press **{label}** to use the new settings.", label=label))

    with place:
        choose()
    return pressed


def presses(link: Link) -> int:
    """How often Generate was pressed in this view: the player replays when it changes."""
    return st.session_state.get(f"{link.view}:presses", 0)


def uploaded_picture(link: Link, shape: tuple[int, int], name: str = "") -> Any:
    """A file field for a picture of a digit. Returns (H, W) uint8, centred as MNIST does, once for each new file.

    A file that is no usable picture is refused in words below the field for as long as it is there; None comes back.
    name: tells several fields of one view apart.
    """
    file = st.file_uploader(
        t("Or upload a picture of a digit"),
        key=f"{link.view}:upload{name}",
        max_upload_size=20,
        help=t("PNG, JPEG, GIF (its first frame), WebP or BMP. A light background turns dark, the ink is centred."),
    )
    seen = f"{link.view}:read{name}"
    if file is None:
        st.session_state.pop(seen, None)
        return None
    picture, (known, problem) = None, st.session_state.get(seen, (None, None))
    if known != file.file_id:
        problem = None
        try:
            picture = pictures.centre(pictures.read_picture(file.getvalue(), (280, 280)), shape)
            if not picture.any():
                raise InvalidInput(t("The picture shows no ink: all of it has about the same shade."))
        except InvalidInput as error:
            picture, problem = None, str(error)
        st.session_state[seen] = (file.file_id, problem)
    if problem:
        st.warning(problem, icon=":material/broken_image:")
    return picture


def checkpoints_of(*models: str) -> tuple[str, ...]:
    """The names of all checkpoints of these model classes. Where there is none the page says so and ends here."""
    shared = engine()
    found = tuple(n for n in shared.names() if shared.load(n).description["model"] in models)
    if not found:
        wanted = t(" or ").join(models)
        st.info(
            t("No {models} is among the checkpoints; `python -m playground list` shows what is there.", models=wanted)
        )
        st.stop()
    return found


def judges(shape: tuple[int, int]) -> tuple[str, ...]:
    """The checkpoints with an exact log p of binary pictures of a shape, and with that of real digits; MADE first."""
    shared = engine()

    def fits(name: str) -> bool:
        model = shared.load(name).model
        exact = getattr(model, "head", "") == "bernoulli" and hasattr(model, "log_prob")
        return exact and tuple(model.event_shape) == shape and shared.reference(name) is not None

    found = (name for name in shared.names() if fits(name) and not shared.orderings(name))  # averages cost more
    return tuple(sorted(found, key=lambda name: (shared.load(name).model.family != "made", name)))


def digit_controls(link: Link, settings: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Model, temperature and seed of one digit, applied as soon as they are changed."""
    return {
        "checkpoint": checkpoint_choice(link, names),
        "temperature": number_setting(
            link, settings, "temperature", t("Temperature"), 0.05, help=t("Of the draw; 1 is the model itself.")
        ),
        "seed": seed_setting(link, settings),
    }


def ordering_name(name: str) -> str:
    """The name of an ordering in the visitor's language: a rule, "drawn", or "random-" and a seed."""
    kind, _, seed = name.partition("-")
    if kind == "random" and seed:
        return t("random-{number}", number=seed)
    names = {"raster": t("raster"), "column": t("column"), "spiral": t("spiral"), "random": t("random")}
    return (names | {"drawn": t("drawn")}).get(name, name)


def orderings_choice(link: Link, settings: Any) -> str:
    """Orderings to be shown side by side, names joined by commas; what is no choice is refused below, in words."""
    before = link.values["orderings"].split(",")
    keys = (f"{link.view}:orderings", f"{link.view}:random")
    chosen = st.session_state.setdefault(keys[0], before)
    st.session_state.setdefault(keys[1], 1)
    place = st.container()
    seed = held(st.number_input, t("Seed of a random ordering"), 0, 999_999_999, key=keys[1])
    offered = ("raster", "column", "spiral", f"random-{seed}", "drawn")
    shown = list(dict.fromkeys([*offered, *chosen]))
    found = held(place.pills, t("Orderings"), shown, selection_mode="multi", key=keys[0], format_func=ordering_name)
    good, notices = settings.from_link({"orderings": ",".join(found)}, {"orderings": ",".join(before)})
    if notices:
        place.warning(t("Choose one to four orderings; those of before are shown."), icon=":material/rule:")
    return good.get("orderings", ",".join(before))
