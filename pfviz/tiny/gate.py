"""What the embedded pair understands: a problem it cannot take is refused in plain words, with examples.

Expressions and equations are parsed and checked exactly. A story that one of the templates could have told is read
exactly, too. Any other one is a near miss at best: its form is checked here, how familiar it reads by the generator's
own loss on it (`check_familiarity`), and `explain_near_miss` says what of it the embedded models may leave out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from pfviz.errors import ProblemError
from pfviz.text import shorten
from pfviz.tiny import expressions
from pfviz.tiny.expressions import Expr, ExpressionError
from pfviz.tiny.story_reader import read_story
from pfviz.tiny.tasks import Kind
from pfviz.tiny.world import EXAMPLES

MAX_VALUE = 200  # of any value inside a problem
MAX_OPERATIONS = 6
MAX_CHARACTERS = 400  # characters
# On 800 held-out stories the largest such mean was 3.2; of a dozen problems of other kinds the smallest was 3.5.
FAMILIAR_SHARE, FAMILIAR_LOSS = 0.8, 3.4

# Words around the mathematics, with single spaces between them.
_LEADING_WORDS = re.compile(
    r"""
    (?: please[ ] | can[ ]you[ ] | could[ ]you[ ] )?
    (?:
        compute | calculate | evaluate | simplify | determine | work[ ]out | how[ ]much[ ]is | what[ ]does
      | solve (?:[ ]the[ ]equation)? (?:[ ]for[ ][a-z](?=[:, ]))?
      | find (?:[ ]the[ ]value[ ]of)? (?:[ ][a-z][ ](?:if|when|in) | [ ][a-z](?=:))?
      | what(?:['’]s|[ ]is) (?:[ ]the[ ]value[ ]of)? (?:[ ][a-z][ ](?:if|when|in))?
      | (?:for[ ])? (?:what|which) (?:[ ]value[ ]of)? [ ][a-z][ ] (?:makes|is)
      | if | given
    )?
    \b [ :,]*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TRAILING_WORDS = re.compile(
    r"""
    (?:
        [,.;]? [ ]? (?:then[ ])?
        (?:
            (?:what[ ]is|what['’]s|find) [ ] (?:the[ ]value[ ]of[ ])? [a-z]
          | solve[ ]for[ ][a-z] | for[ ][a-z] | equals? | true | please
        )
    )*
    [ ?.!]* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ALLOWED_CHARACTERS = re.compile(r"[A-Za-z0-9\s.,;:?!'’\"()\[\]+\-*/=×÷·⋅∗−–—$€£&_]*")
_FACTOR_WORDS = re.compile(r"\b(?:half|twice|doubl\w*|tripl\w*|perimeter)\b", re.IGNORECASE)
_NUMBER_WORD = re.compile(r"\d+(?:[.,]\d+)?")
_UNSUPPORTED_MATHEMATICS = re.compile(
    r"""
    \b (?:
        (?: derivatives? | differentiate | integra(?:l|ls|te) | limit[ ]of | logarithms? | (?:square|cube)[ ]roots?
          | squared | cubed | to[ ]the[ ]power | prime | factors? | factori[sz]e | factorial | sine | cosine | tangent
          | matrix | determinant | polynomial | quadratic | probability | percent(?:age)? | average | median
          | remainder | modulo | decimal
        ) \b
      | (?:log|ln|sqrt|sin|cos|tan)[ ]?\(
      | [0-9]+[ ]?[xyz](?![a-z]|[ ]?[0-9])
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ENGLISH_WORDS = re.compile(
    r"\b(?:after|and|are|buys|costs|does|each|every|from|gives|has|have|left|many|more|much|she|than|the|then|they|with)\b"
)


def check_problem(text: str) -> Kind:
    """The kind of problem that `text` is. Raises ProblemError, with examples, when the pair cannot take it."""
    text = text.strip()
    if not text:
        raise _refusal("It is empty.")
    if len(text) > MAX_CHARACTERS:
        raise _refusal(f"It has {len(text):,} characters; the embedded models read up to {MAX_CHARACTERS}.")
    strange = sorted(set(_ALLOWED_CHARACTERS.sub("", text)))
    if strange:
        shown = " ".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in strange[:5])
        raise _refusal(f"It has characters that the embedded models never saw ({shown}).")
    core = extract_mathematics(text)
    if core is not None and "=" in core:
        _check_equation(*core.split("=", 1))
        return "equation"
    if core is not None:
        _check_expression(expressions.parse(core))
        return "arithmetic"
    _check_story(text)
    return "story"


def extract_mathematics(text: str) -> str | None:
    """The expression or equation inside a phrasing, or None when the text is a story."""
    if len(text) > MAX_CHARACTERS:
        return None
    body = " ".join(expressions.normalise_signs(text).split())
    lead = _LEADING_WORDS.match(body)
    around = lead[0] if lead else ""
    body = body[len(around) :]
    end = _TRAILING_WORDS.search(body)
    if end:
        around, body = f"{around} {end[0]}", body[: end.start()]
    body = body.removesuffix("=").rstrip()
    body = re.sub(r"(?<=[0-9]) ?[xX] ?(?=[0-9])", " * ", body)
    sides = body.split("=")
    if len(sides) > 2 or not re.search("[0-9]", body):
        return None
    try:
        for side in sides:
            expressions.parse(side)
    except ExpressionError:
        return None
    names = set(re.findall(r"[A-Za-z]", body))
    asked = re.findall(r"(?<![A-Za-z'’])[A-Za-z](?![A-Za-z])", around)
    if (len(sides) == 1 and names) or not {name.lower() for name in asked} <= {name.lower() for name in names}:
        return None
    return body


def exact_answer(text: str) -> Fraction | None:
    """The exact answer of an expression, an equation, or a story that a template could have told; None of others."""
    core = extract_mathematics(text)
    if core is None:
        story = read_story(text).expr if len(text) <= MAX_CHARACTERS else None
        return None if story is None or _explain_values(story) else expressions.evaluate(story)
    left, _, right = core.partition("=")
    try:
        if not right:
            return expressions.evaluate(expressions.parse(left))
        sides = expressions.parse(left), expressions.parse(right)
        return expressions.solve(*sides) if len(_unknowns(*sides)) == 1 else None
    except ExpressionError:
        return None


def explain_near_miss(text: str) -> str:
    """What the embedded models may not see of a problem that `check_problem` takes, in a sentence; empty where all of
    it is of the kind that they were trained on."""
    if extract_mathematics(text) is not None:
        return ""
    reading = read_story(text)
    if reading.expr is not None:
        values = _explain_values(reading.expr)
        return f"{values} They never saw such a story, and may answer it wrongly." if values else ""
    return (
        f"The embedded models never saw a story with a sentence like “{shorten(reading.unread, 120)}” They may leave "
        "out a part of it, and answer another question than this one."
    )


def _unknowns(left: Expr, right: Expr) -> set[str]:
    return expressions.variables(left) | expressions.variables(right)


def _shorten(number: Fraction | str) -> str:
    """A number for a message, cut where nobody would read on."""
    return shorten(str(number), 15)


def _refusal(reason: str) -> ProblemError:
    return ProblemError(
        f"The embedded models cannot take this problem. {reason} They understand arithmetic with whole numbers, linear "
        f"equations in one unknown, and short English word problems, with values up to {MAX_VALUE}.",
        EXAMPLES,
    )


def _check_expression(expr: Expr) -> None:
    count = expressions.count_operations(expr)
    if not 1 <= count <= MAX_OPERATIONS:
        raise _refusal(f"It has {count} operations; one to {MAX_OPERATIONS} are understood.")
    if reason := _explain_values(expr, least=-MAX_VALUE):
        raise _refusal(reason)


def _explain_values(expr: Expr, least: int = 0) -> str:
    """What is wrong with the values inside an expression; empty if each is whole, and from `least` to MAX_VALUE."""
    try:
        values = expressions.subexpression_values(expr)
    except ExpressionError:
        return "It divides by zero."
    for number in values:
        if number.denominator != 1:
            return f"A division in it does not come out even ({_shorten(number)})."
        if not least <= number <= MAX_VALUE:
            return f"A value in it is {_shorten(number)}."
    return ""


def _check_equation(left: str, right: str) -> None:
    sides = expressions.parse(left), expressions.parse(right)
    names = _unknowns(*sides)
    if len(names) != 1:
        raise _refusal(f"An equation needs exactly one unknown; this one has {len(names)}.")
    try:
        solution = expressions.solve(*sides)
    except ExpressionError:
        raise _refusal("It is not a linear equation with exactly one solution.") from None
    if solution.denominator != 1:
        raise _refusal(f"Its solution is {_shorten(solution)}, which is not a whole number.")
    numbers = [int(n) for n in re.findall(r"\d+", left + " " + right)]
    if max([abs(int(solution)), *numbers]) > MAX_VALUE:
        raise _refusal(f"A number in it, or its solution ({_shorten(solution)}), is too large.")


def _check_story(text: str) -> None:
    numbers = _NUMBER_WORD.findall(text)
    if any(not number.isdigit() for number in numbers):
        raise _refusal("It has decimals or numbers with separators.")
    if any(int(number) > MAX_VALUE for number in numbers):
        raise _refusal(f"The number {_shorten(max(numbers, key=int))} in it is too large.")
    beyond = _UNSUPPORTED_MATHEMATICS.search(text)
    if beyond:
        raise _refusal(f"It has mathematics that they never learned ({beyond[0]}).")
    if "=" in text:
        raise _refusal("It has an equals sign, but does not read as one equation.")
    words = re.findall(r"[A-Za-z]+", text)
    if len(words) < 5 or not 2 <= len(numbers) + len(_FACTOR_WORDS.findall(text)) <= 10:
        raise _refusal("It does not read as an expression, an equation or a story with two to ten numbers.")
    if not re.search(r"\b(how|what)\b", text, re.IGNORECASE):
        if len(set(_ENGLISH_WORDS.findall(text.lower()))) < 3:
            raise _refusal("It does not read as English.")
        if not text.endswith("?"):
            raise _refusal("A story should end with a question.")


def check_familiarity(text: str, losses: Sequence[float]) -> None:
    """Raise ProblemError when a story is a stranger to the generator.

    `losses` are its -log p of the text's tokens, nats. What counts is the mean of the lower four fifths: the rest are
    the names, nouns and numbers that every story draws anew. Expressions and equations were parsed, and need no more.
    """
    ordered = sorted(losses)[: max(1, round(len(losses) * FAMILIAR_SHARE))]
    if extract_mathematics(text) is None and sum(ordered) / len(ordered) > FAMILIAR_LOSS:
        raise _refusal("It reads unlike anything they were trained on, so their answer would be a guess.")
