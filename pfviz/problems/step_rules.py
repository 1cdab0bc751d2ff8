r"""Where a text is cut into steps: at blank lines, lines, numbered items, sentences, or after so many tokens.

No rule cuts inside a block of code or of display mathematics. A heading alone is no step: it goes with what follows.
What ends a sentence is seen at the white space after it, and an item of a list is over where the next one begins. So
there a step's last token may be the first one of the next step: its *text* is counted with the next step, and the token
itself stays where it was drawn. Nothing is drawn twice or put back, which would change what the model's samples are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from pfviz.problems.blocks import find_blocks, find_separators, open_block
from pfviz.problems.problem import SEPARATOR
from pfviz.text import pluralise

StepKind = Literal["blank-line", "line", "numbered", "sentence", "tokens"]
STEP_KINDS: tuple[StepKind, ...] = get_args(StepKind)

_ABBREVIATIONS = "approx|cf|Dr|e\\.g|Eq|Fig|Figs|i\\.e|Jr|Mr|Mrs|Ms|No|pp|Prof|resp|St|vs|viz"
_SENTENCE_END = re.compile(r"[.!?]+[\"'”’)\]*_]*(?=\s)|\n[ \t]*\r?\n")
_NO_SENTENCE_END = re.compile(
    rf"(?:(?<![^\W\d_])(?:{_ABBREVIATIONS})\.|\.\.+"
    r"|(?<![^\W_])[A-Z]\."  # an initial
    r"|(?:\d|\)|(?<![^\W\d_])[a-z])!"  # a factorial
    r"|(?:^|\n)[ \t]*[#*_]*(?:\d{1,3}|[A-Za-z])[.)][*_]*)$",  # the number of an item
)
_ITEM = re.compile(r"\n(?=(?P<mark>[ \t]{0,3}(?:#{1,6}[ \t]+)?(?:\*\*|__)?(?:\d{1,3}[.)][*_]*\s|[Ss]tep[ \t]+\d)))")
_BLANKS = re.compile(r"\s*")
_LOOK_BACK = 40
"""Characters in which it shows whether a full stop ends a sentence, or an item's mark stands on its line."""
_HEADING = re.compile(
    r"[ \t]*(?:#{1,6}[ \t].*|(?:[-*][ \t]+)?(?:\d{1,3}[.)][ \t]*)?(\*\*|__)(?:(?!\1).)+\1[ \t]*[:.]?"
    r"|[Ss]tep[ \t]+\d+[ \t]*[:.]?|.*:)[ \t]*"
)
_INLINE = re.compile(
    r"`[^`\n]*(?P<code>`)?|\\\((?:(?!\\\)).)*(?P<bracket>\\\))?|(?<!\\)\$(?=[^\s$\d])[^$\n]*(?P<dollar>\$)?"
)
_MONEY = re.compile(r"(?<!\\)\$\d[^$\n]{0,80}?\S\$(?!\d)")
MAX_INLINE_CHARACTERS = 120
"""Mathematics or code within a line that nothing closes in so many characters is none."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The step's text ends at `start`, and the next one's begins at `end`; `known` characters show it."""

    start: int
    end: int
    known: int


@dataclass(frozen=True, slots=True)
class StepRule:
    """Where steps end. Of the kind "blank-line", `separator` is what ends them, which is a blank line unless a model's
    card says otherwise; of the kind "tokens" they have so many. With `joins_headings` a heading, or a line that ends
    with a colon, ends no step; `least` is how many tokens a step has before its rule may end it."""

    kind: StepKind = "blank-line"
    separator: str = SEPARATOR
    tokens: int = 32
    least: int = 1
    joins_headings: bool = True

    @property
    def mark(self) -> str:
        """What a server is asked to stop at, and what stands after a step that it ended; empty where nothing does."""
        return {"blank-line": self.separator, "line": "\n", "sentence": ". "}.get(self.kind, "")

    @property
    def suffix(self) -> str:
        """What is written after a step that somebody typed."""
        return {"blank-line": self.separator, "line": "\n", "numbered": "\n"}.get(self.kind, "")

    @property
    def place(self) -> str:
        """Where steps end, as it is said in a sentence: "at a blank line"."""
        named = "a blank line" if self.separator == SEPARATOR else repr(self.separator)
        return {
            "blank-line": f"at {named}",
            "line": "at the end of a line",
            "numbered": "before the next numbered item",
            "sentence": "at the end of a sentence",
            "tokens": f"after {pluralise(self.tokens, 'token')}",
        }[self.kind]

    def may_end(self, tail: str, tokens: int) -> bool:
        """Whether a step of so many tokens, the last of which those characters are, is worth a closer look; cheap."""
        if tokens < self.least:
            return False
        match self.kind:
            case "blank-line":
                return tail.endswith(self.separator[-1])
            case "line":
                return "\n" in tail
            case "numbered":
                return "\n" in tail and any(character.isdigit() for character in tail)
            case "sentence":
                return any(mark in tail for mark in ".!?\n")
            case "tokens":
                return tokens >= self.tokens

    def find_cut(self, text: str, before: str = "", passed: int = 0) -> Cut | None:
        """Return the first cut of a text from a step's beginning that is not known from its first `passed` characters;
        `before` is what the text begins in, see `blocks.open_block`. Of the kind "tokens" it is at the end."""
        if self.kind == "tokens":
            held = open_block(before + text) or _has_open_box(text)
            return None if held or not text.strip() else Cut(len(text), len(text), len(text))
        for cut in self._candidates(text, before):
            if cut.known > passed and not (self.joins_headings and is_heading(text[: cut.start])):
                return cut
        return None

    def _candidates(self, text: str, before: str) -> Iterator[Cut]:
        if self.kind == "blank-line":
            yield from (Cut(start, end, end) for start, end in find_separators(text, self.separator, before))
            return
        found = {"line": _find_lines, "numbered": _find_items, "sentence": _find_sentences}[self.kind]
        blocks = [(b.start - len(before), b.end) for b in find_blocks(before + text)]
        spans = [(start, len(text) + 1 if end is None else end - len(before)) for start, end in blocks]
        for cut in found(text):
            if text[: cut.start].strip() and not any(start <= cut.start < end for start, end in spans):
                yield cut


def is_heading(text: str) -> bool:
    """Whether a text consists of headings and of lines that announce what follows, by a colon at their end."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(_HEADING.fullmatch(line) is not None for line in lines)


def _find_lines(text: str) -> Iterator[Cut]:
    for found in re.finditer(r"\n\s*", text):
        yield Cut(found.start(), found.end(), found.start() + 1)


def _find_items(text: str) -> Iterator[Cut]:
    for found in _ITEM.finditer(text):
        yield Cut(found.start(), found.end(), found.end("mark"))


def _find_sentences(text: str) -> Iterator[Cut]:
    inline = list(_inline_spans(text))
    for found in _SENTENCE_END.finditer(text):
        mark, start = found.group(), found.start()
        if any(first <= start < last for first, last in inline):
            continue
        after = _BLANKS.match(text, found.end())
        assert after is not None
        if mark[0] == "\n":
            yield Cut(start, after.end(), found.end())
            continue
        clause = ("x" if start > _LOOK_BACK else "") + text[max(0, start - _LOOK_BACK) : start]
        if not _NO_SENTENCE_END.search(clause + mark.rstrip("\"'”’)]*_")):
            yield Cut(found.end(), after.end(), found.end() + 1)


def _inline_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where code and mathematics stand within a line; also what is open still at the end of the text. A `$` before a
    number may be a price: it opens mathematics only where a second one closes it as mathematics is closed."""
    yield from (found.span() for found in _MONEY.finditer(text))
    for found in _INLINE.finditer(text):
        closed = found["code"] or found["bracket"] or found["dollar"]
        if closed or (found.end() == len(text) and len(found.group()) <= MAX_INLINE_CHARACTERS):
            yield found.start(), found.end() + (not closed)


def _has_open_box(text: str) -> bool:
    r"""Whether a text ends inside the braces of a \boxed."""
    start = text.rfind("\\boxed")
    if start < 0:
        return False
    rest = text[start:]
    return rest.count("{") > rest.count("}") or rest == "\\boxed"
