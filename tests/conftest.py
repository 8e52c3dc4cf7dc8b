"""What tests with a browser and without one share: a shelf of checkpoints of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.pages")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder that PLAYGROUND_CHECKPOINTS names until the module ends; its own fixture fills it."""
    folder = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
        yield folder


@pytest.fixture
def fresh_engine() -> Iterator[None]:
    """An engine that knows nothing of another test's shelf, and leaves nothing to the next one."""
    from playground import ui

    ui.engine.clear()
    yield
    ui.engine.clear()


@pytest.fixture
def bare_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_engine: None) -> Path:
    """A shelf for this test alone, with nothing but what the gallery wants."""
    from tests.small_checkpoints import shelve_pixelcnn

    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    shelve_pixelcnn(tmp_path)
    return tmp_path
