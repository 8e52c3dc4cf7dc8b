"""Every view from the entry script, without a browser: it opens, answers, and refuses bad input in words."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import pack_picture, unpack_picture
from tests.bad_files import READ, REFUSED
from tests.pages import APP, canvases, each_is_named, in_link, lesson_of, notices, open_page, press, sound, trace_of

SMALL = "pixelcnn-digits"  # 8×8, 16 levels
TITLES = {
    "generate": "Generate",
    "complete": "Complete",
    "masks": "Masks and receptive field",
    "inside": "Inside",
    "surprise": "Surprise",
    "cost": "Cost",
}
PICTURE = pack_picture(np.arange(64).reshape(8, 8) // 4, 16)
KEEP = pack_picture(np.arange(64).reshape(8, 8) % 2, 2)


def opened(view: str, **link: str) -> AppTest:
    """The view, as a link opens it."""
    return open_page(f"pixelcnn/{view}", {"checkpoint": SMALL, **link})


def test_the_gallery_opens():
    app = AppTest.from_file(APP, default_timeout=120).run()
    assert sound(app)
    assert [title.value for title in app.title] == ["Generative playground"]


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_and_its_lesson(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lesson = lesson_of(app)
    assert "{" not in lesson.replace("{<", "").split("$")[0], "a name was left unfilled"
    assert notices(app) == ""
    assert in_link(app, "checkpoint") == SMALL


@pytest.mark.parametrize(("view", "label"), [("generate", "Generate"), ("complete", "Complete")])
def test_another_seed_is_used_when_the_button_is_pressed(view, label):
    app = opened(view, count="4")
    before = trace_of(app)
    app.number_input(key=f"pixelcnn-{view}:seed").set_value(12).run()
    assert trace_of(app) == before
    assert any("to use the new settings" in element.value for element in app.caption)
    press(app, label)
    assert trace_of(app) != before
    assert in_link(app, "seed") == "12"
    fresh = opened(view, count="4", seed="12")
    assert trace_of(fresh) == trace_of(app), "the link gives the same trace to the digit"


WRONG = {
    "generate": {"seed": "abc", "temperature": "-1", "count": "65", "step": "99999", "focus": "-1", "force": "1.2"},
    "complete": {"seed": "-1", "temperature": "nan", "count": "x", "step": "9" * 5000, "picture": "!!", "keep": "AAAA"},
    "masks": {"seed": "abc", "row": "99", "column": "-1", "depth": "--5"},
    "inside": {"seed": "1.5", "temperature": "1e9", "block": "60", "step": "99999"},
    "surprise": {"seed": "abc", "picture": "AAAA"},
    "cost": {"seed": "abc", "batch": "7", "stretch": "1000"},
}


@pytest.mark.parametrize("view", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(view):
    app = opened(view, **WRONG[view])
    each_is_named(app, WRONG[view])
    assert in_link(app, "seed") == "0"
    right = opened(view)
    for name in {"temperature", "count", "row", "column", "batch", "stretch"} & set(WRONG[view]):
        assert in_link(app, name) == in_link(right, name), name
    assert len(notices(app)) < 1500, "a long value is not repeated whole"


@pytest.mark.parametrize("view", TITLES)
@pytest.mark.parametrize("name", ["nothing", "../../etc/passwd", "x" * 5000, "**bold**"])
def test_an_unknown_checkpoint_is_named(view, name):
    app = opened(view, checkpoint=name)
    assert "checkpoint=" in notices(app)
    assert in_link(app, "checkpoint") != name


@pytest.mark.parametrize(
    "force", ["1.2", "a.b.c", "0.2.99", "0.9999.1", "50.3.1", "0.64.1", "-1.2.0", f"{'9' * 5000}.1.1", "0.1.1.1"]
)
def test_a_wrong_forced_pixel_is_named_and_the_plain_digits_are_shown(force):
    app = opened("generate", force=force)
    assert "force=" in notices(app)
    assert "BranchSettings" not in notices(app)
    assert trace_of(app) == trace_of(opened("generate"))
    assert "force" not in app.query_params


def test_a_number_that_a_control_does_not_offer_is_kept():
    assert in_link(opened("complete", count="25"), "count") == "25"
    assert in_link(press(opened("complete", count="25"), "Complete"), "count") == "25"


@pytest.mark.parametrize(
    ("broken", "words"), [("picture", "an example is shown instead"), ("keep", "the upper half is kept instead")]
)
def test_of_a_picture_and_its_mask_the_unbroken_one_is_used(broken, words):
    good = {"picture": PICTURE, "keep": KEEP}
    app = opened("complete", **(good | {broken: "!!"}))
    assert words in notices(app)
    other = "keep" if broken == "picture" else "picture"
    assert in_link(app, other) == good[other]


@pytest.mark.parametrize("view", ["complete", "surprise"])
def test_a_bad_upload_is_refused_in_words_and_the_drawing_stays(view):
    app = opened(view, picture=PICTURE, keep=KEEP)
    pad = canvases(app)[0].proto.bytes
    for name, (data, words) in REFUSED.items():
        app.file_uploader[0].set_value((name, data, "image/png")).run()
        assert sound(app)
        assert words in notices(app), name
        assert len(app.warning) == 1, "words about an earlier file stayed"
        assert in_link(app, "picture") == PICTURE
        assert canvases(app)[0].proto.bytes == pad
        app.run()
        assert words in notices(app), "the words went while the file is still there"
    app.file_uploader[0].set_value(("plain.png", READ["plain.png"], "image/png")).run()
    assert notices(app) == ""


@pytest.mark.parametrize("view", ["complete", "surprise"])
@pytest.mark.parametrize("name", READ)
def test_a_picture_is_read_as_documented(view, name):
    app = opened(view, picture=PICTURE, keep=KEEP)
    app.file_uploader[0].set_value((name, READ[name], "image/png")).run()
    assert sound(app)
    assert notices(app) == ""
    if view == "complete":
        press(app, "Complete")
    picture = unpack_picture(in_link(app, "picture"), (8, 8), 16)
    assert picture.any(1).sum() > picture.any(0).sum(), "the first frame's upright bar, dark ground"
    assert picture[0].max() == picture[:, 0].max() == 0


def test_a_refused_file_that_is_taken_away_takes_its_words_along():
    app = opened("surprise")
    app.file_uploader[0].set_value(("empty.png", b"", "image/png")).run()
    assert "empty" in notices(app)
    app.file_uploader[0].clear().run()
    assert notices(app) == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("__import__('os')", r"\_\_import\_\_('os')"),
        ("![x](https://a/b.png)", r"!\[x](https://a/b.png)"),
        ("step_size=3 is 2*3", r"step_size=3 is 2\*3"),
        ("$a$ ~~b~~ <i> `c` \\", r"\$a\$ \~\~b\~\~ \<i> 'c' \\"),
    ],
)
def test_a_notice_repeats_what_was_typed_without_reading_it_as_markdown(typed, shown):
    assert ui.plain(typed) == shown
