"""What a model, a visitor or a file wrote, as text that a file of another format can hold."""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\ufffd"
"""Stands for a character that cannot be kept."""
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_FORMULA_SIGNS = frozenset("=+-@＝＋－＠")
_LINE_SIGNS = frozenset("\t\r\n")


def to_unicode(text: str) -> str:
    """Return the text with lone surrogates, which JSON can name and UTF-8 cannot hold, replaced."""
    return _SURROGATE.sub(REPLACEMENT, text)


def to_xml_text(text: str) -> str:
    """Return the text with every character that XML 1.0 forbids (section 2.2) replaced; it is not escaped."""
    return _NO_XML.sub(REPLACEMENT, text)


def to_spreadsheet_text(text: str) -> str:
    """Return the text as a cell that no spreadsheet takes for a formula: one that begins with = + - @ (or their wide
    forms), behind what cannot be seen too, or with a tab or a line break, gets an apostrophe before it. Control
    characters are replaced."""
    kept = to_xml_text(text)
    first = next((sign for sign in kept if unicodedata.category(sign)[0] not in "ZC"), "")
    return f"'{kept}" if first in _FORMULA_SIGNS or kept[:1] in _LINE_SIGNS else kept
