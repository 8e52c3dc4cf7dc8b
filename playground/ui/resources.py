"""What all visitors share: the engine with its models, warmed up before the first visit."""

import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import streamlit as st
from streamlit.logger import get_logger
from streamlit.runtime.pages_manager import PagesManager

from ..engine import Engine
from ..errors import PlaygroundError
from .frame import plain
from .gallery import draw_ahead
from .words import t

log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The one engine of this process, its models loaded."""
    shared = Engine()
    seconds = shared.warm_up()
    log.info("models loaded in %.1f s on %s", seconds, shared.device)
    return shared


@contextlib.asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Run once when the server starts, before the first visitor.

    Streamlit takes a folder `pages/` beside the entry script for its old page system until `st.navigation` has run
    once, and greets a first visitor who comes by a deep link with "Page not found". Here the question is settled
    before anyone comes. What the home page shows is drawn beside the first visitors, by one of the engine's jobs.
    """
    PagesManager.uses_pages_directory = False
    get_logger("playground")  # from here on the project's log follows Streamlit's option `logger.level`
    threading.Thread(target=draw_ahead, args=(engine(),), name="draw ahead", daemon=True).start()
    yield


def on_error(error: Exception) -> bool:
    """Show words, never a traceback. True tells Streamlit that the error has been shown."""
    if isinstance(error, PlaygroundError):
        st.error(plain(str(error)), icon=":material/error:")
    else:
        log.error("a page failed", exc_info=error)
        st.error(
            t(
                "Something went wrong on this page; the details are in the server's log. Reload the page, or open it "
                "without the settings in the link."
            ),
            icon=":material/error:",
        )
    return True


def run(settings: Any, place: Any = None, words: str | Callable[[float], str] = "") -> Any:
    """The trace of `settings`, with a progress bar in `place` if it takes longer than a glance.

    words: what the bar says of a share done, as a format or a function; "Sampling … {:.0%}" where none is given.

    Leaving the page or pressing another button while it runs cancels it: Streamlit ends a script at its next call.
    """
    shared = engine()
    if shared.holds(settings):
        return shared.run(settings)
    begun, bar, words = time.monotonic(), None, words or t("Sampling … {:.0%}")

    def progress(share: float) -> None:
        nonlocal bar
        if time.monotonic() - begun > 0.5 and place is not None:
            text = words(share) if callable(words) else words.format(share)
            bar = bar or place.progress(share, text=text)
            bar.progress(share, text=text)

    try:
        return shared.run(settings, progress)
    finally:
        if bar is not None:
            bar.empty()
