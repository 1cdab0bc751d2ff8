"""Text for a terminal. What a model or a file wrote may hold escape sequences; it is shown as plain characters."""

from __future__ import annotations

import unicodedata

from rich.console import Console
from rich.text import Text

HIDDEN_CATEGORIES = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Unicode categories that are not printed: controls (ESC among them), directions and other formats, surrogates."""


def console() -> Console:
    """Standard output. Numbers are not coloured; a pipe gets plain text of the width that its lines need."""
    out = Console(highlight=False, emoji=False)
    return out if out.is_terminal else Console(highlight=False, emoji=False, width=max(out.width, 120))


def plain_text(text: str) -> str:
    """The text without invisible and control characters, line breaks kept and tabs as blanks."""
    spaced = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(c for c in spaced if c == "\n" or unicodedata.category(c) not in HIDDEN_CATEGORIES)


def one_line(text: str) -> str:
    """As `plain_text`, on one line."""
    return " ".join(plain_text(text).split())


def untrusted_text(text: str, style: str = "") -> Text:
    """A text that others wrote, for rich: control characters are gone and brackets are not markup."""
    return Text(plain_text(text), style=style)
