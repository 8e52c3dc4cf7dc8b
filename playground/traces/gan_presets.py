"""Games that show one thing each: name → the values of `GanGameSettings` that are not the default.

What one sees in each is said in `figures/gan_presets.py`.

1. Goodfellow et al. (2014). Generative adversarial nets. NeurIPS. Section 3, proposition 1, theorem 1.
2. Arjovsky, Bottou (2017). Towards principled methods for training generative adversarial networks. ICLR. Section 2.
3. Metz, Poole, Pfau, Sohl-Dickstein (2017). Unrolled generative adversarial networks. ICLR. Section 3.1.
4. Mescheder, Geiger, Nowozin (2018). Which training methods for GANs do actually converge? ICML. Equation 9.
"""

from typing import Any

COLLAPSE: dict[str, Any] = {"noise": 0.1, "d_rate": 0.005, "g_rate": 0.02, "seed": 3, "moves": "b200"}
SURE: dict[str, Any] = {
    "noise": 0.1, "d_rate": 0.02, "d_steps": 5, "g_step": "plain", "g_rate": 0.01, "seed": 4, "moves": "d200b100",
}  # fmt: skip

PRESETS: dict[str, dict[str, Any]] = {
    "A fair fight": {"moves": "b300"},
    "D alone": {"data": "moons", "noise": 0.3, "moves": "d250"},
    "Mode collapse": COLLAPSE,
    "Unrolled": COLLAPSE | {"cure": "unrolled"},
    "Penalty": COLLAPSE | {"cure": "penalty", "penalty": 10.0},
    "Saturation": SURE | {"loss": "minimax"},
    "Not saturating": SURE | {"loss": "non-saturating"},
    "More noise": SURE | {"loss": "minimax", "noise": 0.4},
    "Twenty-five modes": {"data": "grid", "noise": 0.1, "d_steps": 3, "moves": "b200"},
}
