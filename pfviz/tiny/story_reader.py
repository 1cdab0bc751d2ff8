"""Reads a story by the templates it could come from: the expression that it asks for, or the sentence that is in none.

Every word and every number has to be accounted for. A story with one clause more, or another question, is read as
nothing, however familiar it sounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from pfviz.tiny import stories
from pfviz.tiny.expressions import Expr
from pfviz.tiny.names import CURRENCIES
from pfviz.tiny.story_forms import LASTING, Forms, Token, derive_forms
from pfviz.tiny.templates import belongings
from pfviz.tiny.words import StoryWords

_TOKENS = re.compile(r"[0-9]+|[A-Za-z]+(?:['’-][A-Za-z]+)*|\S")
_SENTENCES = re.compile(r"[^.?!]+[.?!]*")
_PRONOUNS = {("he", "he"): "he", ("he", "she"): "she", ("him", "him"): "he", ("him", "her"): "she"}
_PRONOUNS |= {("his", "his"): "he", ("his", "her"): "she"}
_MONEY = frozenset(CURRENCIES)
_CLOSED_CLASS_WORDS = """
    a an the this that these those my your her its our their some any no none both all each every either neither
    another other others else one ones two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty hundred thousand dozen dozens pair pairs half
    halves third thirds quarter quarters fifth tenth twice double triple once more most fewer least many much few
    several i he it we you they him them me us who whom what which whose rest everybody everyone nobody somebody anyone
    someone something nothing people together everything percent
"""
_MORE_CLOSED_CLASS_WORDS = """
    first second last she and or but not nor never if then than as so too only also just still again except instead of
    in on at by for from to with without per into over under is are were be been have had do does did
"""
_NO_NAMES = frozenset(re.findall("[a-z]+", _CLOSED_CLASS_WORDS))
_NO_NOUNS = _NO_NAMES | frozenset(re.findall("[a-z]+", _MORE_CLOSED_CLASS_WORDS))
"""What no name and no noun is; without those that the templates may make up, such as "less"."""

Bound = dict[Token, str]
"""Gap → what fills it."""


@dataclass(frozen=True, slots=True)
class StoryReading:
    """What came of reading: the expression that is asked for; or None, and the first sentence that fits no template
    after those before it."""

    expr: Expr | None
    unread: str = ""


@lru_cache(maxsize=256)
def read_story(text: str) -> StoryReading:
    """Read a text as a story of the embedded world."""
    return _Reader(text).read()


class _Reader:
    """One text."""

    def __init__(self, text: str) -> None:
        matches = list(_TOKENS.finditer(text))
        self.text = text
        self.written = [match[0] for match in matches]
        self.words = [match[0].lower() for match in matches]
        self.starts = [match.start() for match in matches]
        if self.words and self.words[-1] not in ".?!":
            self.words.append("?")
            self.written.append("?")
            self.starts.append(len(text))
        self.capitals = text != text.lower()
        self.furthest = 0

    def read(self) -> StoryReading:
        """The only reading there is, or the sentence where all end."""
        for found in self._read_whole():
            return StoryReading(found)
        return StoryReading(None, self._sentence(self.furthest))

    def _read_whole(self) -> Iterator[Expr]:
        """The expressions of all readings."""
        whole, begin, *_ = _parts()
        for end, _, expr in self._match(whole, 0, {}):
            if end == len(self.words):
                yield expr
        for end, bound, expr in self._match(begin, 0, {}):
            yield from self._read_events(end, bound, expr, 0, False)

    def _read_events(self, at: int, bound: Bound, now: Expr, count: int, shared: bool) -> Iterator[Expr]:
        """What follows a sentence of a collection: the question, or a sentence with more events."""
        _, _, subject, _, _, rest, share = _parts()
        for end, _, _ in self._match(share if shared else rest, at, bound) if count else ():
            if end == len(self.words):
                yield now
        if not shared:
            for end, found, _ in self._match(subject, at, bound):
                yield from self._read_sentence(end, found, now, count)

    def _read_sentence(self, at: int, bound: Bound, now: Expr, count: int) -> Iterator[Expr]:
        """The events of one sentence, and all that follows."""
        if count == belongings.MAX_EVENTS:
            return
        _, _, _, event, join, _, _ = _parts()
        for end, found, expr in self._match(event, at, bound):
            after = _put(expr, {_NOW: now})
            shared = self.words[at] == "shares"
            if self.words[end : end + 1] == ["."]:
                yield from self._read_events(end + 1, found, after, count + 1, shared)
            elif not shared:
                for next_event, _, _ in self._match(join, end, found):
                    yield from self._read_sentence(next_event, found, after, count + 1)

    def _match(self, forms: Forms, at: int, bound: Bound) -> Iterator[tuple[int, Bound, Expr]]:
        """(where it ends, what its lasting gaps hold, its expression) of every form that the tokens from `at` are."""
        for expr in forms.ends:
            known = {gap[1]: int(value) for gap, value in bound.items() if gap[0] == "number"}
            yield at, {gap: value for gap, value in bound.items() if gap[1].startswith(LASTING)}, _put(expr, known)
        if at == len(self.words):
            return
        for token, following in forms.following.items():
            found = bound if token == ("word", self.words[at]) else self._fill(token, at, bound)
            if found is not None:
                self.furthest = max(self.furthest, at + 1)
                yield from self._match(following, at + 1, found)

    def _fill(self, gap: Token, at: int, bound: Bound) -> Bound | None:
        """The gaps with this one filled by the token there; None where it cannot be."""
        (kind, name), word = gap, self.words[at]
        if kind == "word" or (kind == "number") != word.isdecimal():
            return None
        key = ("number" if kind == "number" else "", name)
        value: str | None = word
        if kind in ("he", "him", "his"):
            value = _PRONOUNS.get((kind, word))
        elif kind != "number" and (not word.isalpha() or word in (_NO_NAMES if kind == "name" else _NO_NOUNS)):
            value = None
        elif kind == "money":
            value = word if word in _MONEY else None
        elif kind == "name":
            value = word if self.written[at][0].isupper() or not self.capitals else None
            value = None if word in bound.values() and bound.get(key) != word else value
        elif kind == "goods":
            one = bound.get(key)
            value = word if one is None else one if word in _plurals(one) else None
        return None if value is None or bound.get(key, value) != value else {**bound, key: value}

    def _sentence(self, place: int) -> str:
        """The sentence in which that token stands, or the last one."""
        start = self.starts[min(place, len(self.starts) - 1)] if self.starts else 0
        found = [match[0].strip() for match in _SENTENCES.finditer(self.text) if match.start() <= start]
        return found[-1] if found else self.text


_NOW = "now"


@cache
def _parts() -> tuple[Forms, Forms, Forms, Forms, Forms, Forms, Forms]:
    """(whole stories; of a collection: its beginning, subjects, events, what joins events, both questions)."""

    def subject(w: StoryWords) -> tuple[str, Expr]:
        return w.pick(w.he, w.name, *(f"{word} {w.he}" for word in belongings.LEADING_WORDS)), 0

    whole = Forms()
    for template in stories.TEMPLATES:
        if template is not belongings.collection:
            derive_forms(template, whole)
    return (
        whole,
        derive_forms(belongings.begin_collection),
        derive_forms(subject),
        derive_forms(lambda w: belongings.draw_event(w, _NOW, True)),
        derive_forms(lambda w: (w.pick(",", *belongings.JOINING_WORDS), 0)),
        derive_forms(lambda w: (belongings.ask_for_rest(w), 0)),
        derive_forms(lambda w: (belongings.ask_for_share(w), 0)),
    )


def _put(expr: Expr, values: dict[str, int] | dict[str, Expr]) -> Expr:
    """The expression with values for names."""
    if isinstance(expr, tuple):
        sign, left, right = expr
        return sign, _put(left, values), _put(right, values)
    return values.get(expr, expr) if isinstance(expr, str) else expr


def _plurals(one: str) -> tuple[str, ...]:
    """How several of them may be written; the templates themselves put an s behind every word."""
    return one + "s", one + "es", one[:-1] + "ies"
