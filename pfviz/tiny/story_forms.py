"""Every form that a template of stories can take, with gaps where its words and numbers stand.

A template is run once for each way through its choices, with gaps for words and numbers of its own: nothing that it
can say is written down a second time. `story_reader.py` looks for a visitor's story among these forms.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pfviz.tiny.expressions import Expr
from pfviz.tiny.names import GOODS, SEATS
from pfviz.tiny.words import StoryWords

Token = tuple[str, str]
"""(kind, name): ("word", the word itself), or a gap: what may fill it, and what it is called. Gaps of the same name
take the same word or number. Kinds of gaps: number, name, noun, good and goods (one of them, several), money, he, him,
his."""

LASTING = ("name", "things", "money", "gender")
"""What is the same in all parts of a story begins with these; other gaps belong to the part that has them."""

_FIRST_NUMBER, _FIRST_GAP = 1_000_003, 0xE000
_PIECES = re.compile(r"([\ue000-\uf8ff])(s?)|([0-9]+)|([A-Za-z]+(?:['’-][A-Za-z]+)*)|(\S)")


@dataclass(slots=True)
class Forms:
    """A tree of forms: what comes next, by token, and the expressions of the forms that end here. In those a number of
    the form is a string, its name."""

    following: dict[Token, Forms] = field(default_factory=dict)
    ends: list[Expr] = field(default_factory=list)

    def add(self, tokens: Sequence[Token], expr: Expr) -> None:
        """Add a form."""
        node = self
        for token in tokens:
            node = node.following.setdefault(token, Forms())
        if expr not in node.ends:
            node.ends.append(expr)


def derive_forms(tell: Callable[[StoryWords], tuple[str, Expr]], into: Forms | None = None) -> Forms:
    """All forms of a template, or of a part of one; added to those in `into`, if that is given."""
    found, choices, more = Forms() if into is None else into, _Choices(), True
    while more:
        words = _Gaps(choices)
        text, expr = tell(words)
        tokens, numbers = _split(text, words.kinds)
        found.add(tokens, _name_numbers(expr, numbers))
        more = choices.next_way()
    return found


class _Choices(random.Random):
    """Goes one way through the choices of a template; `next_way` says whether there is another one."""

    def __init__(self) -> None:
        super().__init__(0)
        self._way: list[int] = []
        self._sizes: list[int] = []
        self._place = 0

    def next_way(self) -> bool:
        """Whether there is another way; the template has to be run anew for it."""
        del self._way[self._place :], self._sizes[self._place :]
        while self._way and self._way[-1] + 1 == self._sizes[-1]:
            self._way.pop(), self._sizes.pop()
        if self._way:
            self._way[-1] += 1
        self._place = 0
        return bool(self._way)

    def branch(self, count: int) -> int:
        """One of so many ways, from 0."""
        if self._place == len(self._way):
            self._way.append(0)
            self._sizes.append(count)
        self._place += 1
        return self._way[self._place - 1]

    def random(self) -> float:
        """Less than any chance, or more."""
        return (0.0, 1.0)[self.branch(2)]

    def choice(self, seq: Any) -> Any:
        return seq[self.branch(len(seq))]

    def choices(self, population: Any, *args: Any, **more: Any) -> list[Any]:
        return [self.choice(population)]


class _Gaps(StoryWords):
    """A story's draws as gaps: a private character for each word, a large number for each number."""

    def __init__(self, choices: _Choices) -> None:
        self.ways = choices
        self.rng = _GapChoices(self)
        self.kinds: dict[str, Token] = {}
        self._numbers = 0
        self.name, self.other = self.gap("name", "name 1"), self.gap("name", "name 2")
        self.he, self.him, self.his = (self.gap(word, "gender") for word in ("he", "him", "his"))
        self.things, self.money = self.gap("noun", "things"), self.gap("money", "money")

    def gap(self, kind: str, name: str = "") -> str:
        """A new gap."""
        character = chr(_FIRST_GAP + len(self.kinds))
        self.kinds[character] = (kind, name or character)
        return character

    def noun(self, nouns: list[str]) -> str:
        return self.gap("noun")

    def pick(self, *options: str) -> str:
        return str(self.ways.choice(options))

    def n(self, low: int, high: int) -> int:
        self._numbers += 1
        return _FIRST_NUMBER + 7919 * self._numbers  # no sum or product of few of them is another one

    def choose(self, low: int, high: int) -> int:
        return low + self.ways.branch(high - low + 1)


class _GapChoices(random.Random):
    """What a template asks the random numbers of a story themselves."""

    def __init__(self, gaps: _Gaps) -> None:
        super().__init__(0)
        self._gaps = gaps

    def random(self) -> float:
        return self._gaps.ways.random()

    def choice(self, seq: Any) -> Any:
        if seq is GOODS or seq is SEATS:
            return self._gaps.gap("good" if seq is GOODS else "noun")
        return self._gaps.ways.choice(seq)

    def choices(self, population: Any, *args: Any, **more: Any) -> list[Any]:
        return self._gaps.ways.choices(population)

    def sample(self, population: Any, k: int, **more: Any) -> list[Any]:
        return [self.choice(population) for _ in range(k)]


def _split(text: str, kinds: dict[str, Token]) -> tuple[list[Token], dict[int, str]]:
    """The tokens of a text with gaps, and the name of each of its numbers; gaps of one part are named by their order,
    so that forms that begin alike begin with the same tokens."""
    tokens: list[Token] = []
    names: dict[str, str] = {}
    numbers: dict[int, str] = {}
    for gap, plural, number, word, sign in _PIECES.findall(text):
        if gap:
            kind, name = kinds[gap]
            lasting = name.startswith(LASTING)
            tokens.append((kind + plural, name if lasting else names.setdefault(name, f"word {len(names)}")))
        elif number:
            tokens.append(("number", numbers.setdefault(int(number), f"number {len(numbers)}")))
        else:
            tokens.append(("word", word.lower() or sign))
    return tokens, numbers


def _name_numbers(expr: Expr, numbers: dict[int, str]) -> Expr:
    """The expression with names for the numbers that stand in the text."""
    if isinstance(expr, tuple):
        sign, left, right = expr
        return sign, _name_numbers(left, numbers), _name_numbers(right, numbers)
    return numbers.get(expr, expr) if isinstance(expr, int) else expr
