import pytest

from playground.traces import MadeLabSettings, compute
from playground.widgets.edits import Edits, whole_rows
from playground.widgets.mademasks import _is_entry


def test_only_a_newer_edit_of_what_is_shown_is_heard() -> None:
    edits = Edits()
    first = edits.show("a")
    assert first == edits.show("a") == {"revision": 1, "edit": 0}
    good = {"revision": 1, "edit": 1}
    assert edits.heard(good)
    for bad in (None, "x", [], {}, {**good, "revision": 0}, {**good, "edit": 0}, {**good, "edit": 1.5},
                {**good, "edit": True}, {**good, "edit": 10**9}, {**good, "edit": "1"}):  # fmt: skip
        assert not edits.heard(bad), bad
    edits.accept({"revision": 1, "edit": 3}, "b")
    assert edits.show("b") == {"revision": 1, "edit": 3}, "its own edit is no new revision"
    assert not edits.heard({"revision": 1, "edit": 2}), "an older edit that came late"
    assert edits.show("c") == {"revision": 2, "edit": 0}, "another change starts anew"
    assert not edits.heard({"revision": 1, "edit": 4})


def test_lists_from_a_browser_are_read_and_nothing_else() -> None:
    assert whole_rows([[1, 2], [3]], [2, 1], 1, 3) == [[1, 2], [3]]
    for bad in (
        None,
        {},
        [[1, 2]],
        [[1, 2], [3, 3]],
        [[1, 2], [4]],
        [[0, 2], [3]],
        [[1, 2.0], [3]],
        [[1, True], [3]],
        [1, 2],
    ):
        assert whole_rows(bad, [2, 1], 1, 3) is None, bad


@pytest.mark.parametrize("direct", [False, True])
def test_an_entry_of_a_mask_is_known(direct: bool) -> None:
    trace = compute(MadeLabSettings(inputs=3, hidden="2", direct=direct), None)
    assert _is_entry(trace, 1, 1, 2)
    assert _is_entry(trace, 2, 2, 1)
    assert _is_entry(trace, 0, 2, 2) == direct
    for wrong in ((1, 2, 0), (2, 0, 2), (3, 0, 0), (0, 3, 0)):
        assert not _is_entry(trace, *wrong)
