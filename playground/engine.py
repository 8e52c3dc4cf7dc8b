"""The only door between the pages and the computing: `Engine.run(settings)` → trace.

A trace is a pure function of its settings, so it is computed once and kept: visitors who open the same link share
it. Models are loaded once and shared. At most as many computations run at once as there are cores, one thread each.
"""

import ctypes
import gc
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch

from . import checkpoints, traces
from .checkpoints.codes import read_codes
from .checkpoints.reference import read_orderings, read_reference
from .errors import CheckpointError
from .traces import Settings, Trace

CACHE_BYTES = 256 * 2**20
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of glibc's malloc.h
MMAP_BYTES, ARENAS = 2**20, 2  # what is larger is mapped alone, and unmapped when it is freed; heaps of small things

log = logging.getLogger(__name__)


class Engine:
    """Shared models and traces. Safe to use from many threads.

    device: "auto" takes a CUDA GPU where there is one. jobs: computations at once. cache_bytes: traces kept.

    It sets PyTorch to one thread in the whole process: several threads add up in another order, so that the last digits
    of a trace would depend on how many cores there are.
    """

    def __init__(self, device: str = "auto", jobs: int | None = None, cache_bytes: int = CACHE_BYTES):
        self.device = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        self.cache_bytes = cache_bytes
        torch.set_num_threads(1)
        self._jobs = threading.BoundedSemaphore(jobs or os.cpu_count() or 1)
        self._lock = threading.Lock()
        self._models: dict[str, checkpoints.Loaded] = {}
        self._traces: OrderedDict[str, Trace] = OrderedDict()
        self._busy: dict[str, tuple[threading.Lock, int]] = {}

    def names(self, family: str | None = None) -> tuple[str, ...]:
        """Names of the checkpoints, of one family or of all."""
        return tuple(n for n in checkpoints.names() if family is None or self.load(n).model.family == family)

    def load(self, name: str) -> checkpoints.Loaded:
        """The checkpoint, loaded once. CheckpointError names what is wrong with it and what to do."""
        if name in self._models:
            return self._models[name]
        if name not in checkpoints.names():
            raise CheckpointError(f"checkpoint={name!r} is unknown: known are {', '.join(checkpoints.names())}")
        with self._once(f"model:{name}"):
            if name not in self._models:
                self._models[name] = checkpoints.load(name, self.device)
            return self._models[name]

    def validation(self, name: str) -> dict:
        """What `evaluate` measured for the checkpoint as shipped, as its JSON object; {} where nothing is recorded."""
        return checkpoints.entry(name).validation

    def run(self, settings: Settings, progress: Callable[[float], None] | None = None) -> Any:
        """The trace of `settings`: from the cache, or computed now. A measurement (`cached` False) is made every time.

        progress: called with the share done; what it raises cancels the computation and comes out here.
        """
        if not settings.cached:
            model = self._model(settings)
            with self._jobs:
                return _computed(settings, model, progress)
        key = settings.key()
        with self._once(key):
            with self._lock:
                if key in self._traces:
                    self._traces.move_to_end(key)
                    return self._traces[key]
            model = self._model(settings)
            with self._jobs:
                trace = _computed(settings, model, progress)
            with self._lock:
                self._traces[key] = trace
                while len(self._traces) > 1 and sum(t.nbytes for t in self._traces.values()) > self.cache_bytes:
                    self._traces.popitem(last=False)
            return trace

    def _model(self, settings: Settings) -> Any:
        """The model that the settings name, with the codes it carries where they ask for them; a dictionary of models
        where they name several; None for no model."""
        if settings.model_names:
            return {name: self.load(name).model for name in settings.model_names}
        model = self.load(settings.model_name).model if settings.model_name else None
        return (model, self.codes(settings.model_name)) if settings.with_codes else model

    def reference(self, name: str) -> Any:
        """−log p of real validation examples under a checkpoint, (N,) float32 nats, or None where none were stored.

        CheckpointError where the file is damaged.
        """
        folders = (self.load(name).folder, checkpoints.root() / name)  # a Hub snapshot need not hold the numbers
        found = (read_reference(folder) for folder in folders)
        return next((nats for nats in found if nats is not None), None)

    def orderings(self, name: str) -> Any:
        """What averaging orderings is worth on real validation examples, as `measure_orderings` says; None if unknown.

        CheckpointError where the file is damaged.
        """
        folders = (self.load(name).folder, checkpoints.root() / name)
        return next((found for found in map(read_orderings, folders) if found is not None), None)

    def codes(self, name: str) -> Any:
        """The codes of real validation examples that a checkpoint carries, `checkpoints.codes.Codes`, or None.

        CheckpointError where the file is damaged.
        """
        folders = (self.load(name).folder, checkpoints.root() / name)
        return next((found for found in map(read_codes, folders) if found is not None), None)

    def holds(self, settings: Settings) -> bool:
        """Whether the trace is already there."""
        with self._lock:
            return settings.key() in self._traces

    def warm_up(self) -> float:
        """Load every model and freeze the heap, so that the first click is as fast as the tenth. Returns seconds.

        Streamlit collects garbage after every script run; objects frozen here are left out of that walk.
        """
        begun = time.perf_counter()
        give_memory_back()
        for name in checkpoints.names():
            self.load(name)
        gc.collect()
        gc.freeze()
        return time.perf_counter() - begun

    def _once(self, key: str) -> "_Turn":
        """A context in which no other thread works on the same key."""
        return _Turn(self, key)


def give_memory_back() -> None:
    """Let the C library return freed arrays to the system at once, where it is glibc; elsewhere nothing is changed.

    Each rerun of a page is a thread of its own. By itself glibc gives threads arenas of their own and, after the first
    large array was freed, keeps arrays of up to 32 MB in them: the resident set of this app swung between 1 and 2 GB.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # another system or C library
        return
    mallopt(M_MMAP_THRESHOLD, MMAP_BYTES)
    mallopt(M_ARENA_MAX, ARENAS)


def _computed(settings: Settings, model: Any, progress: Callable[[float], None] | None) -> Any:
    """The trace, and a line in the log of what it took: the computing alone, without waiting for a turn."""
    begun = time.perf_counter()
    trace = traces.compute(settings, model, progress)
    log.info("%s computed in %.4f s", settings.stem(), time.perf_counter() - begun)
    return trace


class _Turn:
    """One thread's turn at a key; the lock is dropped from the table when nobody waits for it any more."""

    def __init__(self, engine: Engine, key: str):
        self.engine, self.key = engine, key

    def __enter__(self) -> None:
        with self.engine._lock:
            lock, waiting = self.engine._busy.get(self.key, (threading.Lock(), 0))
            self.engine._busy[self.key] = (lock, waiting + 1)
        self.lock = lock
        lock.acquire()

    def __exit__(self, *error: object) -> None:
        self.lock.release()
        with self.engine._lock:
            lock, waiting = self.engine._busy[self.key]
            if waiting == 1:
                del self.engine._busy[self.key]
            else:
                self.engine._busy[self.key] = (lock, waiting - 1)
