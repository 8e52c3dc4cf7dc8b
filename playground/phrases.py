"""Written-out numbers and dates, and what they mean in digits: endless pairs for a translator, from a few rules.

A number from 0 to 999,999 in English words ("three hundred and twelve thousand and five") means its digits ("312005").
A day from 1900 to 2099, in one of three manners ("the third of may nineteen eighty-seven", "may third nineteen
eighty-seven", "may the third nineteen eighty-seven"), means the ISO date ("1987-05-03"). All is in lower case. Which
pairs a model may learn from is settled by the source itself: a tenth of all sources, those whose CRC-32 is
divisible by ten, is never trained on.
"""

import datetime
import zlib

import numpy as np

UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
SMALL = UNITS + TEENS
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
EARLIER = ["january", "february", "march", "april", "may", "june"]
MONTHS = [*EARLIER, "july", "august", "september", "october", "november", "december"]
SOURCE = " -abcdefghijklmnopqrstuvwxyz"
TARGET = "-0123456789"
SOURCE_LENGTH, TARGET_LENGTH = 80, 10
LARGEST = 999_999
FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)
MANNERS = ("the {day} of {month} {year}", "{month} {day} {year}", "{month} the {day} {year}")
KINDS = ("number", "date")


def number_words(value: int) -> str:
    """A number from 0 to 999,999 in English words, with "and" before what is below a hundred.

    Raises ValueError outside of that.
    """
    if not 0 <= value <= LARGEST:
        raise ValueError(f"value={value}: allowed are whole numbers from 0 to {LARGEST}")
    if value < 20:
        return SMALL[value]
    if value < 100:
        return TENS[value // 10] + (f"-{SMALL[value % 10]}" if value % 10 else "")
    if value < 1000:
        rest = f" and {number_words(value % 100)}" if value % 100 else ""
        return f"{SMALL[value // 100]} hundred{rest}"
    rest = value % 1000
    joint = " and " if rest < 100 else " "
    return f"{number_words(value // 1000)} thousand{joint + number_words(rest) if rest else ''}"


def ordinal_words(value: int) -> str:
    """An ordinal number from 1 to 31: "twenty-first"."""
    head, dash, last = number_words(value).rpartition("-")
    if last in ORDINALS:
        return head + dash + ORDINALS[last]
    return head + dash + (last.removesuffix("y") + "ieth" if last.endswith("y") else last + "th")


def year_words(year: int) -> str:
    """A year from 1900 to 2099 as it is said: "nineteen oh seven", "two thousand and five", "twenty twelve"."""
    century, rest = divmod(year, 100)
    if 2000 <= year < 2010:
        return "two thousand" + (f" and {SMALL[rest]}" if rest else "")
    said = "hundred" if rest == 0 else f"oh {SMALL[rest]}" if rest < 10 else number_words(rest)
    return f"{number_words(century)} {said}"


def date_words(day: datetime.date, manner: int) -> str:
    """A day in one of the three MANNERS."""
    return MANNERS[manner].format(day=ordinal_words(day.day), month=MONTHS[day.month - 1], year=year_words(day.year))


BELOW_THOUSAND = {number_words(value): value for value in range(1000)}
DAYS = {ordinal_words(day): day for day in range(1, 32)}
YEARS = {year_words(year): year for year in range(FIRST_DAY.year, LAST_DAY.year + 1)}


def phrase(kind: str, generator: np.random.Generator) -> tuple[str, str]:
    """A source and its target, drawn: of a number, how many digits it has first, so that short ones are not rare.

    Raises ValueError for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r}: allowed are {', '.join(KINDS)}")
    if kind == "number":
        value = int(generator.integers(0, 10 ** int(generator.integers(1, 7))))
        return number_words(value), str(value)
    day = FIRST_DAY + datetime.timedelta(days=int(generator.integers((LAST_DAY - FIRST_DAY).days + 1)))
    return date_words(day, int(generator.integers(len(MANNERS)))), day.isoformat()


def meaning(source: str) -> str | None:
    """The exact target of a source, or None where it is no phrase of these rules, word for word.

    Each part is looked up among the generator's own words, and what it says of the answer is compared with the source.
    """
    day = _date(source)
    if day is not None:
        return day.isoformat()
    head, thousand, tail = source.partition(" thousand")
    rest = tail.removeprefix(" and").removeprefix(" ") if thousand else ""
    parts = [BELOW_THOUSAND.get(words) for words in (head, rest or "zero")]
    if None in parts:
        return None
    value = parts[0] * 1000 + parts[1] if thousand else parts[0]
    return str(value) if number_words(value) == source else None


def _date(source: str) -> datetime.date | None:
    """The day that a source names in one of the three manners, else None."""
    words = source.split(" ")
    for manner, (day, month, year) in enumerate(((1, 3, 4), (1, 0, 2), (2, 0, 3))):
        if len(words) <= year or words[month] not in MONTHS:
            continue
        found = (YEARS.get(" ".join(words[year:])), MONTHS.index(words[month]) + 1, DAYS.get(words[day]))
        try:
            named = datetime.date(*found) if None not in found else None
        except ValueError:  # the thirty-first of june
            named = None
        if named is not None and date_words(named, manner) == source:
            return named
    return None


def kept_apart(source: str) -> bool:
    """Whether a source belongs to the tenth that no model is trained on."""
    return zlib.crc32(source.encode()) % 10 == 0


def pairs(count: int, generator: np.random.Generator, apart: bool = False) -> list[tuple[str, str]]:
    """So many pairs, numbers and dates in turn; with `apart` all from the tenth that is never trained on, each once."""
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    while len(found) < count:
        pair = phrase(KINDS[len(found) % len(KINDS)], generator)
        if kept_apart(pair[0]) is apart and not (apart and pair[0] in seen):
            found.append(pair)
            seen.add(pair[0])
    return found


def encoded(found: list[tuple[str, str]]) -> np.ndarray:
    """Pairs as (N, 80 + 11) uint8: sources padded with 28, the number of source symbols, then targets padded with 11,
    the end, which stands at least once."""
    rows = np.empty((len(found), SOURCE_LENGTH + TARGET_LENGTH + 1), np.uint8)
    rows[:, :SOURCE_LENGTH], rows[:, SOURCE_LENGTH:] = len(SOURCE), len(TARGET)
    for row, (source, target) in zip(rows, found, strict=True):
        row[: len(source)] = [SOURCE.index(c) for c in source]
        row[SOURCE_LENGTH : SOURCE_LENGTH + len(target)] = [TARGET.index(c) for c in target]
    return rows
