"""What the link of the walk may hold: chains, and a second kernel to set beside the first."""

from typing import Literal

from pydantic import Field

from .chains import KERNELS, ChainSettings


class WalkLinkSettings(ChainSettings):
    """Chains under one kernel or two. The second has a step size and leapfrog steps of its own; "" is none."""

    kernel2: Literal["", *KERNELS] = Field("", description="a second kernel, with the same starts and seed")
    step_size2: float = Field(0.5, ge=0.01, le=5.0, description="ε of the second kernel")
    leapfrog2: int = Field(5, ge=1, le=32, description="L of the second kernel")
