"""What was pressed, in a row, as a link carries it: "b100d5g3" is a hundred steps of both, five of D, three of G.

The text is run-length code in one normal form, so that "b50b50" and "b100" are the same settings.
"""

import re
from itertools import groupby

MOST_MOVES = 1_500  # steps of a game
MAX_MOVES_TEXT = 2 * MOST_MOVES  # characters that they take where no two in a row are alike
LETTERS = "bdg"  # both players, the discriminator alone, the generator alone: moves 0, 1, 2
BOTH, DISCRIMINATOR, GENERATOR = range(3)
RUN = re.compile(r"([bdg])([0-9]+)")


def parse_moves(text: str) -> bytes:
    """One byte 0, 1, 2 for each step. ValueError says what is wrong with the text."""
    if not isinstance(text, str) or len(text) > MAX_MOVES_TEXT:
        raise ValueError(f"at most {MAX_MOVES_TEXT} characters")
    found, total, place = [], 0, 0
    while place < len(text):
        run = RUN.match(text, place)
        if run is None:
            raise ValueError(
                f"{text[place : place + 12]!r} is not a letter b (both), d (discriminator) or g (generator) and a "
                "number of steps, as in b100d5g3"
            )
        letter, digits = run.groups()
        count = int(digits[:8])
        if count == 0:
            raise ValueError(f"{run.group()[:12]!r}: a number of steps is 1 or more")
        total += count if len(digits) <= 8 else MOST_MOVES + 1
        if total > MOST_MOVES:
            raise ValueError(f"a game has at most {MOST_MOVES} steps in all")
        found.append(bytes([LETTERS.index(letter)]) * count)
        place = run.end()
    return b"".join(found)


def format_moves(steps: bytes) -> str:
    """The reverse: the shortest text."""
    return "".join(f"{LETTERS[move]}{len(list(run))}" for move, run in groupby(steps))


def add_moves(text: str, letter: str, count: int = 1) -> str:
    """The text after `count` more presses, no more in all than are allowed. ValueError as `parse_moves`."""
    steps = parse_moves(text)
    return format_moves(steps + parse_moves(f"{letter}{count}")[: MOST_MOVES - len(steps)])
