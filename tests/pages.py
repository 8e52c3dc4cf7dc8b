"""What the tests of pages without a browser do: open one by a link, read what is on it, press a button."""

import base64
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from playground.widgets.payload import unpack

APP = Path(__file__).parents[1] / "app.py"


def open_page(page: str, link: dict[str, str]) -> AppTest:
    """A page, as "gan/game", from the entry script, as a link opens it."""
    app = AppTest.from_file(APP, default_timeout=300)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"pages/{page}.py").run()
    assert sound(app)
    return app


def sound(app: AppTest) -> bool:
    """Nothing failed, and nothing on the page looks like a traceback."""
    words = [element.value for element in (*app.markdown, *app.caption, *app.warning, *app.error)]
    return not app.exception and not app.error and not any("Traceback" in text for text in words)


def notices(app: AppTest) -> str:
    return "\n".join(element.value for element in app.warning)


def each_is_named(app: AppTest, names: Iterable[str]) -> None:
    """A notice says what is wrong with each of these values of the link."""
    for name in names:
        assert f"{name}=" in notices(app) or f"{name} holds" in notices(app), f"{name}: {notices(app)}"


def lesson_of(app: AppTest) -> str:
    """The lesson, of which there is one."""
    lessons = [element.value for element in app.markdown if element.value.startswith("###")]
    assert len(lessons) == 1
    return lessons[0]


def in_link(app: AppTest, name: str) -> str:
    value = app.query_params[name]
    return value[0] if isinstance(value, list) else value


def canvases(app: AppTest) -> list:
    """All canvases of the view that were given a payload; what the frame mounts has none."""
    return [element for element in app.get("bidi_component") if element.proto.bytes]


def payload(app: AppTest) -> tuple[dict, dict]:
    """(arrays, meta) that the last canvas was given."""
    return unpack(canvases(app)[-1].proto.bytes)


def canvas(app: AppTest, name: str) -> tuple[dict, dict]:
    """(arrays, meta) of the last canvas that was given an array of this name."""
    for element in reversed(canvases(app)):
        arrays, meta = unpack(element.proto.bytes)
        if name in arrays:
            return arrays, meta
    raise AssertionError(f"no canvas with {name}")


def trace_of(app: AppTest) -> str:
    """The identity of the trace that the last canvas was given."""
    return payload(app)[1]["trace"]


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert sound(app)
    return app


def draw_points(app: AppTest, key: str, points: np.ndarray, edit: int) -> AppTest:
    """What the browser says when points (n, 2) have been drawn on the plane of this key."""
    text = base64.b64encode(points.astype(np.uint8).tobytes()).decode()
    app.session_state[key] = {"view": None, "drawing": {"edit": edit, "points": text}}
    app.run()
    assert sound(app)
    return app
