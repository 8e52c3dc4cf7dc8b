"""The engine computes a trace once, shares it, bounds what it keeps, and can be cancelled."""

import threading
import time

import pytest

from playground import checkpoints, traces
from playground.checkpoints import catalogue
from playground.engine import Engine
from playground.errors import CheckpointError
from playground.traces import AncestralSettings
from tests.test_models import SMALL, randomised


@pytest.fixture
def engine(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    model = randomised(SMALL["plain binary"])
    checkpoints.save(tmp_path / "small", model, {"title": "Small"})
    files = {name: catalogue.sha256(tmp_path / "small" / name) for name in ("model.safetensors", "config.json")}
    catalogue.write(catalogue.Entry("small", "Small", "A small one", "pixelcnn", "none", files))
    return Engine(device="cpu", jobs=2)


def asked(seed: int = 0) -> AncestralSettings:
    return AncestralSettings(checkpoint="small", count=2, seed=seed)


def test_a_trace_is_computed_once(engine, monkeypatch):
    counted = []
    real = traces.compute
    monkeypatch.setattr(traces, "compute", lambda *a: counted.append(1) or real(*a))
    assert engine.run(asked()) is engine.run(asked())
    assert len(counted) == 1
    engine.run(asked(1))
    assert len(counted) == 2


def test_visitors_who_ask_at_once_share_one_computation(engine, monkeypatch):
    counted = []
    real = traces.compute

    def slow(*arguments):
        counted.append(1)
        time.sleep(0.2)
        return real(*arguments)

    monkeypatch.setattr(traces, "compute", slow)
    results = []
    threads = [threading.Thread(target=lambda: results.append(engine.run(asked()))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counted) == 1
    assert all(result is results[0] for result in results)
    assert engine._busy == {}


def test_old_traces_are_let_go(engine):
    size = engine.run(asked()).nbytes
    engine.cache_bytes = 3 * size
    for seed in range(1, 6):
        engine.run(asked(seed))
    assert [engine.holds(asked(seed)) for seed in range(6)] == [False, False, False, True, True, True]


def test_a_cancelled_computation_leaves_nothing_behind(engine):
    class Stop(Exception):
        pass

    def cancel(share: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        engine.run(asked(), cancel)
    assert not engine.holds(asked())
    assert engine.run(asked()).values.shape == (2, 30)


def test_an_unknown_checkpoint_is_named(engine):
    with pytest.raises(CheckpointError, match="'nothing' is unknown: known are small"):
        engine.run(AncestralSettings(checkpoint="nothing"))


def test_models_are_shared_and_frozen(engine):
    model = engine.load("small").model
    assert model is engine.load("small").model
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
