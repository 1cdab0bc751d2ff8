"""Linear equations in one unknown: forms, phrasings, and solutions one transformation a step."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from fractions import Fraction

from pfviz.tiny.arithmetic import vary_spaces
from pfviz.tiny.tasks import Line, Task, final_sentence, format_number, misread

UNKNOWN_NAMES = "xxxxxxxynztakmpw"
PHRASINGS = (
    "Solve {}", "Solve {}.", "Solve for @: {}", "Solve for @: {}.", "Solve the equation {}.", "Find @ if {}.", "{}",
    "If {}, what is @?", "What is @ if {}?", "Find @: {}", "{}. What is @?", "{}. Find @.", "solve {}",
    "solve for @: {}", "find @ if {}", "What value of @ makes {} true?", "What is @ when {}?", "Given {}, find @.",
    "Solve {} for @.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """One side a·x + b, possibly written k(a·x + b) + c, or x / d + b; `order` puts the constant first."""

    a: int = 0
    b: int = 0
    k: int = 1  # factor in front of a parenthesis
    c: int = 0  # constant after the parenthesis
    d: int = 1  # divisor of the unknown
    second: int = 0  # a second term in the unknown, not yet combined
    constant_first: bool = False

    def coefficients(self) -> tuple[Fraction, Fraction]:
        """(slope, constant)."""
        if not (self.a or self.second):
            return Fraction(0), Fraction(self.k * self.b, self.d) + self.c
        return self.k * (Fraction(self.a, self.d) + self.second), Fraction(self.k * self.b + self.c)

    def render(self, x: str) -> str:
        inner = _render_terms(
            [(self.a, f"{x} / {self.d}" if self.d != 1 else x), (self.second, x)], self.b, self.constant_first
        )
        if self.k == 1:
            return inner
        outer = f"{'-' if self.k == -1 else self.k}({inner})"
        return outer + _format_term(self.c)


def _format_term(n: int) -> str:
    return "" if n == 0 else f" + {n}" if n > 0 else f" - {-n}"


def _render_terms(unknowns: list[tuple[int, str]], constant: int, constant_first: bool) -> str:
    parts = [(a, name) for a, name in unknowns if a]
    text = ""
    if constant_first and constant and parts:
        text = str(constant)
    for a, name in parts:
        size = name if abs(a) == 1 else f"{abs(a)}{name}"
        if text:
            text += f" {'+' if a > 0 else '-'} {size}"
        else:
            text = size if a > 0 else f"-{size}"
    if not text:
        return str(constant)
    return text if constant_first and constant else text + _format_term(constant)


@dataclass(frozen=True, slots=True)
class Equation:
    x: str
    left: Side
    right: Side

    def render(self) -> str:
        return f"{self.left.render(self.x)} = {self.right.render(self.x)}"

    def solution(self) -> Fraction | None:
        """The one solution, or None."""
        (a, b), (c, d) = self.left.coefficients(), self.right.coefficients()
        return (d - b) / (a - c) if a != c else None

    def is_solved(self) -> bool:
        return self.left == Side(1) and self.right.a == 0


def make_task(rng: random.Random) -> Task:
    """A random equation with an integer solution, in a random phrasing and spelling."""
    x, name = rng.randint(-6, 20) if rng.random() < 0.3 else rng.randint(1, 20), rng.choice(UNKNOWN_NAMES)
    while True:
        equation = _draw_equation(rng, x, name)
        if equation is None or equation.solution() != x:
            continue
        core = equation.render()
        if max(abs(n) for n in _numbers(equation)) <= 200:
            break
    spelled = vary_spaces(rng, core)
    if rng.random() < 0.08:
        spelled = re.sub(rf"(\d) ?{name}", rf"\1*{name}", spelled)
    text = rng.choice(PHRASINGS).replace("@", name).format(spelled)
    return Task("equation", text, Fraction(x), equation, core)


def _numbers(equation: Equation) -> list[int]:
    return [n for s in (equation.left, equation.right) for n in (s.a, s.b, s.k, s.c, s.d, s.second)]


def _draw_equation(rng: random.Random, x: int, name: str) -> Equation | None:
    a, b, k = rng.randint(2, 10), rng.choice((1, 1, -1)) * rng.randint(1, 25), rng.randint(2, 8)
    form = rng.choices(range(8), (5, 2, 1.5, 2, 2, 3, 2, 2))[0]
    if form == 0:
        return Equation(name, Side(a, b, constant_first=rng.random() < 0.2), Side(0, a * x + b))
    if form == 1:
        b = abs(b) + (a * x if rng.random() < 0.7 and x > 0 else 0)
        return Equation(name, Side(-a, b, constant_first=True), Side(0, b - a * x))
    if form == 2:
        return (
            Equation(name, Side(1, b), Side(0, x + b))
            if rng.random() < 0.5
            else Equation(name, Side(a), Side(0, a * x))
        )
    if form == 3:
        return Equation(name, Side(1, b, k=k), Side(0, k * (x + b)))
    if form == 4:
        c = rng.choice((1, -1)) * rng.randint(1, 20)
        return Equation(name, Side(1, b, k=k, c=c), Side(0, k * (x + b) + c))
    if form == 5:
        other = rng.randint(1, a - 1)
        return Equation(name, Side(a, b), Side(other, (a - other) * x + b))
    if form == 6:
        d = rng.randint(2, 9)
        return Equation(name, Side(1, b, d=d), Side(0, x // d + b)) if x % d == 0 else None
    second = rng.randint(1, 6)
    b = b if rng.random() < 0.6 else 0
    return Equation(name, Side(a, b, second=second), Side(0, (a + second) * x + b))


def solve(rng: random.Random, equation: Equation, answer: Fraction, slip: float = 0.0) -> list[Line]:
    """Transform to x = number, one transformation a step; each step slips with probability `slip`."""
    lines: list[Line] = []
    ok = True
    while not equation.is_solved() or not lines:
        words, right = _next_transformation(equation)
        after = right
        if rng.random() < slip:
            after = _make_slip(rng, equation, right) or right
        ok = ok and after.solution() == answer
        equation = after
        if equation.is_solved() or _is_fraction(equation):
            solution = equation.solution()
            assert solution is not None
            lines.append(Line(f"{words}: {equation.x} = {format_number(solution)}. {final_sentence(solution)}", ok))
            break
        lines.append(Line(f"{words}: {equation.render()}.", ok))
    return lines


def _is_fraction(equation: Equation) -> bool:
    """Whether only x / 1 = p / q is left to say: a step that would have given a number gives a fraction."""
    return equation.left.a == 1 and equation.right.d != 1


def _next_transformation(equation: Equation) -> tuple[str, Equation]:
    """The next transformation in words, and the equation after it."""
    x, left, right = equation.x, equation.left, equation.right
    if left.second:
        return "Combine like terms", Equation(x, Side(left.a + left.second, left.b), right)
    if right.a:
        after = Side(left.a - right.a, left.b), Side(0, right.b)
        return f"Subtract {'' if right.a == 1 else right.a}{x} from both sides", Equation(x, *after)
    if left.k != 1 and left.c:
        return _describe_shift(left.c), Equation(x, Side(left.a, left.b, k=left.k), Side(0, right.b - left.c))
    if left.k != 1:
        if right.b % left.k == 0:
            return f"Divide both sides by {left.k}", Equation(x, Side(left.a, left.b), Side(0, right.b // left.k))
        return "Expand the parentheses", Equation(x, Side(left.a * left.k, left.b * left.k), right)
    if left.b:
        return _describe_shift(left.b), Equation(x, Side(left.a, d=left.d), Side(0, right.b - left.b))
    if left.d != 1:
        return f"Multiply both sides by {left.d}", Equation(x, Side(1), Side(0, right.b * left.d))
    if left.a != 1:
        if right.b % left.a == 0:
            return f"Divide both sides by {left.a}", Equation(x, Side(1), Side(0, right.b // left.a))
        # d on the right marks a solution that is no integer
        return f"Divide both sides by {left.a}", Equation(x, Side(1), Side(0, right.b, d=left.a))
    return f"Read off {x}", equation


def _describe_shift(constant: int) -> str:
    return f"Subtract {constant} from both sides" if constant > 0 else f"Add {-constant} to both sides"


def _make_slip(rng: random.Random, before: Equation, after: Equation) -> Equation | None:
    """The equation after a believable mistake: a wrong sign, a wrong number, a term forgotten."""
    x, left, right = after.x, after.left, after.right
    if right.d != 1:
        return None
    options = [Equation(x, left, Side(0, misread(rng, right.b), d=right.d))] * 2 if not right.a else []
    shift = before.left.b - left.b if before.left.k == left.k == 1 else before.left.c - left.c
    if shift and before.left.k == left.k and not right.a and before.left.second == 0 and before.right.a == 0:
        options += [Equation(x, left, Side(0, before.right.b + shift))] * 3  # moved without changing the sign
    if before.left.k != 1 and left.k == 1:
        options.append(Equation(x, left, before.right))  # divided on one side only
    if before.left.second or before.right.a:
        wrong = before.left.a + before.right.a if before.right.a else before.left.a - before.left.second
        options += [Equation(x, Side(wrong, left.b), right)] * 2
    if left == Side(1) and before.left.a not in (0, 1) and before.left.k == 1:
        options.append(Equation(x, left, Side(0, before.right.b - before.left.a)))  # subtracted in place of divided
    if left.a not in (0, 1) and left.k == 1:
        options.append(Equation(x, Side(left.a + rng.choice((-1, 1)), left.b), right))
    rng.shuffle(options)
    wanted = before.solution()
    for option in options:
        solution = option.solution()
        if solution is None or solution == wanted or option.left.a == 0 or abs(option.right.b) > 400:
            continue
        return option
    return None
