"""How many bytes a computation holds at its peak, counted tensor by tensor: the same on every machine."""

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class _Live(TorchDispatchMode):
    """Adds up the storages that operations return, and takes off those that are gone."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0
        self.known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operation; its results are held until the last tensor on their storage is gone."""
        before = {leaf.untyped_storage()._cdata for leaf in tree_leaves((args, kwargs)) if torch.is_tensor(leaf)}
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if torch.is_tensor(leaf):
                storage = leaf.untyped_storage()
                if storage._cdata not in before and storage._cdata not in self.known:
                    self._hold(storage)
        return out

    def _hold(self, storage: Any) -> None:
        identity, size = storage._cdata, storage.nbytes()
        self.known.add(identity)
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._release, identity, size)

    def _release(self, identity: int, size: int) -> None:
        self.known.discard(identity)
        self.now -= size


def peak_bytes(work: Callable[[], object]) -> int:
    """Bytes of tensors that `work` made and held at the same time, at most; weights and arguments are not counted."""
    with _Live() as live:
        work()
    return live.peak
