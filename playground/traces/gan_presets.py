"""Games that show one thing each: name → (what one sees, the values of `GanGameSettings` that are not the default).

The numbers in the words are those of the game as it is played here; single precision is rounded differently on another
processor, and a game of a few hundred moves is as chaotic as any: there the last digits, and now and then a mode, will
be others. What the tests hold them to is said with some room.

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

PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "A fair fight": (
        "Both learn at a pace that suits the other: all eight modes are found, JS falls from 0.69 nats to below 0.1, "
        "and V(D, G) stays close to its best, 2 JS − log 4.",
        {"moves": "b300"},
    ),
    "D alone": (
        "Only D learns, G stands still: D becomes D* = p_data / (p_data + p_g), and V(D, G) climbs to V(D*, G) "
        "(Goodfellow et al. 2014, proposition 1 and theorem 1).",
        {"data": "moons", "noise": 0.3, "moves": "d250"},
    ),
    "Mode collapse": (
        "G learns four times as fast as D and runs to where D is fooled today; D follows, G runs on. It holds two "
        "modes or so at a time, never all eight.",
        COLLAPSE,
    ),
    "Unrolled": (
        "The same rates and seed, but G's gradient goes through the next five steps of D, second-order terms included "
        "(Metz et al. 2017): crowding into one mode no longer pays, and all eight stay.",
        COLLAPSE | {"cure": "unrolled"},
    ),
    "Penalty": (
        "The same rates and seed, D pays for steep slopes at real points (R₁ with γ = 10, Mescheder et al. 2018): G is "
        "no longer thrown about, and most or all of the eight modes stay.",
        COLLAPSE | {"cure": "penalty", "penalty": 10.0},
    ),
    "Saturation": (
        "D learns alone for 200 moves and is sure. log(1 − D) has no slope there: G, by plain gradient descent, does "
        "not leave its place in a hundred moves, JS stays at log 2 = 0.69 (Goodfellow et al. 2014, section 3).",
        SURE | {"loss": "minimax"},
    ),
    "Not saturating": (
        "The same start, G minimises −log D instead: its slope is steepest where D is sure, and within a hundred moves "
        "JS falls to 0.23 nats and all eight modes are found.",
        SURE | {"loss": "non-saturating"},
    ),
    "More noise": (
        "The start of Saturation with noise 0.4 on both clouds: now they overlap, D cannot be sure, and even the "
        "minimax loss moves G: JS falls from 0.47 nats to below 0.05 (Arjovsky and Bottou 2017, section 3).",
        SURE | {"loss": "minimax", "noise": 0.4},
    ),
    "Twenty-five modes": (
        "A grid. Three steps of D for one of G (k in algorithm 1 of Goodfellow et al. 2014) hold nearly all of the "
        "twenty-five; with one step a third of them comes and goes.",
        {"data": "grid", "noise": 0.1, "d_steps": 3, "moves": "b200"},
    ),
}
