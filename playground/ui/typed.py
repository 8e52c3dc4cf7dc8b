"""Text that a visitor types: any text at all. What a model cannot read of it is counted and named, and never lost."""

import unicodedata
from typing import Any

import streamlit as st

from ..texts import Read, read
from .frame import plain
from .held import held
from .link import LINKED, Link
from .words import t

LONGEST, NAMED = 100_000, 10  # characters of a text; unknown ones that are named


def typed_text(
    link: Link,
    name: str,
    default: str,
    symbols: str | None,
    label: str = "",
    longest: int = LONGEST,
    **options: Any,
) -> Read:
    """A field for a text, applied as soon as it is left (or Ctrl+Enter), and what `symbols` makes of it.

    The link holds the first 2,000 characters; the whole text stays in the session. default: what the field opens with
    where the link has no such name. longest: characters that the settings allow; what is beyond is not used, in words.
    symbols: None knows every character. The result may hold no character at all. options: of `st.text_area`.
    """
    link.shorten(name)
    key = f"{link.view}:{name}"
    link.values.setdefault(name, default)
    kept = f"{key}:typed"  # another page forgets the field, and the settings may hold less than it
    st.session_state.setdefault(key, st.session_state.get(kept, link.values[name]))
    typed = st.session_state[kept] = held(st.text_area, label or t("Text"), key=key, max_chars=LONGEST, **options)
    typed = typed.replace("\r\n", "\n")
    used = typed[:longest]
    link.follow(**{name: used})
    found = read(used, used if symbols is None else symbols)
    if len(typed) > longest:
        words = t("{count:,} characters; the first {longest:,} are used.", count=len(typed), longest=longest)
        st.caption(f":material/content_cut: {words}")
    if len(used) > LINKED:
        words = t("{count:,} characters; the link holds the first {linked:,}.", count=len(used), linked=LINKED)
        st.caption(f":material/link: {words}")
    if found.left_out:
        st.caption(f":material/translate: {left_out_words(found)}")
    return found


def left_out_words(found: Read) -> str:
    """What the alphabet does not know of a text, in words for Markdown."""
    count, kinds = found.left_out, len(found.unknown)
    named = " ".join(shown(c) for c in found.unknown[:NAMED])
    if kinds > NAMED:
        named = t("{named} and {count:,} more", named=named, count=kinds - NAMED)
    values = {"count": count, "total": len(found.text), "named": named}
    if count == 1:
        return t("1 of {total:,} characters is not in the model's alphabet and left out: {named}", **values)
    return t("{count:,} of {total:,} characters are not in the model's alphabet and left out: {named}", **values)


def shown(character: str) -> str:
    """A character for a line of Markdown: isolated, so that one written from the right turns nothing around; by its
    number where it has no shape of its own."""
    if unicodedata.category(character)[0] in "CZM":
        return f"U+{ord(character):04X}"
    return f"\u2068{plain(character)}\u2069"
