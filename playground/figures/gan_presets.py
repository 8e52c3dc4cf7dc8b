"""What one sees in each game of `traces/gan_presets.py`.

The numbers in the words are those of the game as it is played here; single precision is rounded differently on another
processor, and a game of a few hundred moves is as chaotic as any: there the last digits, and now and then a mode, will
be others. What the tests hold them to is said with some room.
"""

from ..words import Say, english


def words(t: Say = english) -> dict[str, tuple[str, str]]:
    """Name → (what its button says, what one sees)."""
    return {
        "A fair fight": (
            t("A fair fight"),
            t(
                "Both learn at a pace that suits the other: all eight modes are found, JS falls from 0.69 nats to "
                "below 0.1, and V(D, G) stays close to its best, 2 JS − log 4."
            ),
        ),
        "D alone": (
            t("D alone"),
            t(
                "Only D learns, G stands still: D becomes D* = p_data / (p_data + p_g), and V(D, G) climbs to V(D*,"
                " G) (Goodfellow et al. 2014, proposition 1 and theorem 1)."
            ),
        ),
        "Mode collapse": (
            t("Mode collapse"),
            t(
                "G learns four times as fast as D and runs to where D is fooled today; D follows, G runs on. It "
                "holds two modes or so at a time, never all eight."
            ),
        ),
        "Unrolled": (
            t("Unrolled"),
            t(
                "The same rates and seed, but G's gradient goes through the next five steps of D, second-order "
                "terms included (Metz et al. 2017): crowding into one mode no longer pays, and all eight stay."
            ),
        ),
        "Penalty": (
            t("Penalty"),
            t(
                "The same rates and seed, D pays for steep slopes at real points (R₁ with γ = 10, Mescheder et al. "
                "2018): G is no longer thrown about, and most or all of the eight modes stay."
            ),
        ),
        "Saturation": (
            t("Saturation"),
            t(
                "D learns alone for 200 moves and is sure. log(1 − D) has no slope there: G, by plain gradient "
                "descent, does not leave its place in a hundred moves, JS stays at log 2 = 0.69 (Goodfellow et al. "
                "2014, section 3)."
            ),
        ),
        "Not saturating": (
            t("Not saturating"),
            t(
                "The same start, G minimises −log D instead: its slope is steepest where D is sure, and within a "
                "hundred moves JS falls to 0.23 nats and all eight modes are found."
            ),
        ),
        "More noise": (
            t("More noise"),
            t(
                "The start of Saturation with noise 0.4 on both clouds: now they overlap, D cannot be sure, and "
                "even the minimax loss moves G: JS falls from 0.47 nats to below 0.05 (Arjovsky and Bottou 2017, "
                "section 3)."
            ),
        ),
        "Twenty-five modes": (
            t("Twenty-five modes"),
            t(
                "A grid. Three steps of D for one of G (k in algorithm 1 of Goodfellow et al. 2014) hold nearly all"
                " of the twenty-five; with one step a third of them comes and goes."
            ),
        ),
    }
