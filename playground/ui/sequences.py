"""Which checkpoints read text, and which read pixels: both live in the families "recurrent" and "attention"."""

import streamlit as st

from .resources import engine
from .words import t

FAMILIES = ("recurrent", "attention")
KINDS = ("MarkovModel", "RecurrentModel", "Transformer")  # from the shortest memory on
CELLS = ("rnn-sigmoid", "rnn-relu", "rnn-tanh", "lstm", "gru")
VERSES = """KING HENRY:
O gentle night, that hides the weary eye
From all the business of the bitter day,
Lend me thy peace; for I am sick with care,
And care hath made my crown a heavy thing.

QUEEN:
My lord, the night is kind to them that sleep,
But kings must wake, and count the hours by sighs.
Sleep now, my lord: the weary night will pass.
"""  # in Shakespeare's manner, and in nobody's training text


def text_models(family: str | None = None, *models: str) -> tuple[str, ...]:
    """Names of the checkpoints of characters, of one family or of both, and of these model classes if any are named.

    Where there is none the page says so and ends here.
    """
    return _found(family, models, True)


def pixel_models(family: str | None = None, *models: str) -> tuple[str, ...]:
    """The same for checkpoints that read and write pixels one after the other."""
    return _found(family, models, False)


def learned_positions() -> tuple[str, ...]:
    """Names of the checkpoints with a table of learned positions, those of text first; ("",) where there is none."""
    shared = engine()
    found = [n for n in shared.names("attention") if getattr(shared.load(n).model, "position", None) is not None]
    return tuple(sorted(found, key=lambda n: not shared.load(n).model.config.symbols)) or ("",)


def symbols_of(checkpoint: str) -> str:
    """The alphabet of a checkpoint of text."""
    return engine().load(checkpoint).model.config.symbols


def in_reading_order(names: tuple[str, ...]) -> tuple[str, ...]:
    """Windows from the shortest on, then recurrent nets, then transformers."""

    def rank(name: str) -> tuple:
        description = engine().load(name).description
        config = engine().load(name).model.config
        cell = getattr(config, "cell", "")
        place = KINDS.index(description["model"]) if description["model"] in KINDS else len(KINDS)
        return place, getattr(config, "window", 0), CELLS.index(cell) if cell in CELLS else 0, name

    return tuple(sorted(names, key=rank))


def _found(family: str | None, models: tuple[str, ...], text: bool) -> tuple[str, ...]:
    shared = engine()

    def fits(name: str) -> bool:
        loaded = shared.load(name)
        symbols = getattr(loaded.model.config, "symbols", None)  # a classifier or a translator has none at all
        return symbols is not None and bool(symbols) is text and (not models or loaded.description["model"] in models)

    families = FAMILIES if family is None else (family,)
    found = tuple(name for each in families for name in shared.names(each) if fits(name))
    if not found:
        st.info(
            t("No such checkpoint is here yet; `python -m playground list` shows what is there and how to train one.")
        )
        st.stop()
    return found
