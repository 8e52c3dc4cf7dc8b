"""A clock for measurements: seconds, when the work is really done."""

import time
from collections.abc import Callable

import torch


class Clock:
    """Seconds on a device. A GPU is waited for, as its work is only queued by the calls that ask for it."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def now(self) -> float:
        """Seconds since some moment, all work on the device done."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()

    def time(self, work: Callable[[], object]) -> float:
        """How long `work` takes."""
        begun = self.now()
        work()
        return self.now() - begun
