"""Text as numbers: an alphabet, what of a typed text it knows, and the text that character models are trained on.

Shakespeare's plays ("tinyshakespeare": 1,115,394 characters, 65 different ones; Karpathy 2015, The unreasonable
effectiveness of recurrent neural networks) are split as they lie: the first 90 % train, the last 10 % validate.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import DataError

SHAKESPEARE = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TRAIN_SHARE = 0.9


@dataclass(frozen=True)
class Read:
    """What an alphabet makes of a text. N characters are known.

    codes: (N,) int64, places in the alphabet. at: (N,) int64, where each stands in the text. text: as it was typed.
    unknown: what is not in the alphabet, each once, in the order of its first appearance.
    """

    text: str
    codes: np.ndarray
    at: np.ndarray
    unknown: tuple[str, ...]

    @property
    def left_out(self) -> int:
        """How many characters of the text are not in the alphabet."""
        return len(self.text) - len(self.codes)


def read(text: str, symbols: str) -> Read:
    """The characters of a text as places in `symbols`; those that are not there are left out and named."""
    places = {symbol: place for place, symbol in enumerate(symbols)}
    codes = np.fromiter((places.get(c, -1) for c in text), np.int64, len(text))
    at = np.flatnonzero(codes >= 0)
    unknown = dict.fromkeys(c for c in text if c not in places)
    return Read(text, codes[at], at, tuple(unknown))


def written(codes: np.ndarray, symbols: str) -> str:
    """Places in an alphabet, (N,), as text."""
    return "".join(symbols[code] for code in codes)


def load_text(path: Path, symbols: str = SHAKESPEARE) -> tuple[np.ndarray, np.ndarray]:
    """A text file as (train, valid), uint8 places in `symbols`: the first 90 % of its characters and the rest.

    Raises DataError for a file that is missing, is no UTF-8 text, holds other characters, or fewer than ten.
    """
    path = path / "tinyshakespeare.txt" if path.is_dir() else path
    try:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; pass --data TEXT.txt") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text in UTF-8 ({error.reason} at byte {error.start})") from error
    found = read(text, symbols)
    if found.unknown:
        some = ", ".join(map(repr, found.unknown[:8]))
        raise DataError(f"{path}: {found.left_out:,} characters are not in the alphabet of {len(symbols)}: {some}")
    if len(text) < 10:
        raise DataError(f"{path}: holds {len(text)} characters; at least 10 are needed")
    codes = found.codes.astype(np.uint8)
    cut = int(len(codes) * TRAIN_SHARE)
    return codes[:cut], codes[cut:]
