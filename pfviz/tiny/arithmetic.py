"""Arithmetic expressions: how they are made, phrased, and reduced one operation a step, with or without slips."""

from __future__ import annotations

import random
from fractions import Fraction

from pfviz.tiny.expressions import (
    Expr,
    ExpressionError,
    count_operations,
    evaluate,
    parse,
    render,
    subexpression_values,
)
from pfviz.tiny.tasks import Line, Task, final_sentence, misread

MAX_VALUE = 200  # no intermediate value is larger
PHRASINGS = (
    "Compute {}", "Compute {}.", "What is {}?", "{}", "Evaluate {}", "Evaluate {}.", "Calculate {}", "Calculate {}.",
    "Work out {}", "Find the value of {}.", "How much is {}?", "{} = ?", "{} =", "Simplify {}", "Find {}.",
    "compute {}", "what is {}?", "what is {}", "evaluate {}", "calculate {}", "What does {} equal?",
    "Please compute {}.",
)  # fmt: skip


def make_task(rng: random.Random) -> Task:
    """A random expression of 1-6 operations in a random phrasing and spelling."""
    count = rng.choices((1, 2, 3, 4, 5, 6), (5, 22, 30, 23, 13, 7))[0]
    while True:
        expr, total = _grow_expression(rng, count)
        if count_operations(expr) == count and all(abs(inside) <= MAX_VALUE for inside in subexpression_values(expr)):
            core = render(expr)
            text = rng.choice(PHRASINGS).format(_vary_spelling(rng, core))
            return Task("arithmetic", text, Fraction(total), expr, core)


def _vary_spelling(rng: random.Random, core: str) -> str:
    if rng.random() < 0.35:
        core = core.replace("*", rng.choice("×××·")).replace("/", "÷")
    return vary_spaces(rng, core)


def vary_spaces(rng: random.Random, text: str) -> str:
    """As people type: with spaces, without, or here and there."""
    habit = rng.random()
    if habit < 0.62:
        return text
    if habit < 0.9:
        return text.replace(" ", "")
    return "".join(c for c in text if c != " " or rng.random() < 0.5)


def _grow_expression(rng: random.Random, count: int) -> tuple[Expr, int]:
    """A tree with `count` operators whose every value is an integer within LIMIT; and its value."""
    if count == 0:
        n = rng.randint(1, 20) if rng.random() < 0.85 else rng.randint(20, 60)
        return n, n
    on_left = count - 1 if rng.random() < 0.6 else rng.randint(0, count - 1)
    left, a = _grow_expression(rng, on_left)
    op = rng.choices("+-*/", (3, 3, 3, 1.6))[0]
    if count - 1 - on_left:
        right, b = _grow_expression(rng, count - 1 - on_left)
    else:
        right = b = _pick_operand(rng, op, a)
    options = {"+": a + b, "-": a - b}
    if 0 <= a <= 25 and 0 <= b <= 25 and a * b <= MAX_VALUE:
        options["*"] = a * b
    if 2 <= b <= 12 and a % b == 0:
        options["/"] = a // b
    if a < b and rng.random() < 0.85:
        del options["-"]
    if op not in options:
        op = rng.choice(list(options))
    return (op, left, right), options[op]


def _pick_operand(rng: random.Random, op: str, a: int) -> int:
    """A right operand that suits the operation."""
    if op == "/":
        divisors = [d for d in range(2, 13) if a % d == 0 and a]
        if divisors:
            return rng.choice(divisors)
    if op == "*" and 0 < a <= 25:
        return rng.randint(2, max(2, min(12, MAX_VALUE // a)))
    if op == "-" and a > 1:
        return rng.randint(1, min(a, 40))
    return rng.randint(1, 20) if rng.random() < 0.85 else rng.randint(20, 60)


def apply_operator(op: str, a: int, b: int) -> int | None:
    """The integer a op b, or None where it is none or out of range."""
    if op == "/":
        return a // b if b and a % b == 0 else None
    result = a + b if op == "+" else a - b if op == "-" else a * b
    return result if abs(result) < 1000 else None


NodePath = tuple[int, ...]


def reducible_paths(expr: Expr, path: NodePath = ()) -> list[NodePath]:
    """Where two numbers stand under one operator, left to right."""
    if not isinstance(expr, tuple):
        return []
    if isinstance(expr[1], int) and isinstance(expr[2], int):
        return [path]
    return reducible_paths(expr[1], (*path, 1)) + reducible_paths(expr[2], (*path, 2))


def subexpression(expr: Expr, path: NodePath) -> Expr:
    """The sub-expression at a place."""
    for i in path:
        assert isinstance(expr, tuple)
        expr = expr[i]
    return expr


def replace_subexpression(expr: Expr, path: NodePath, new: Expr) -> Expr:
    """The expression with another sub-expression at the place."""
    if not path:
        return new
    assert isinstance(expr, tuple)
    op, left, right = expr
    return (
        (op, replace_subexpression(left, path[1:], new), right)
        if path[0] == 1
        else (op, left, replace_subexpression(right, path[1:], new))
    )


def is_solvable(expr: Expr) -> bool:
    """Whether every reduction stays an integer in range."""
    if not isinstance(expr, tuple):
        return isinstance(expr, int) and abs(expr) < 1000
    if not (is_solvable(expr[1]) and is_solvable(expr[2])):
        return False
    return apply_operator(expr[0], int(evaluate(expr[1])), int(evaluate(expr[2]))) is not None


def solve(rng: random.Random, expr: Expr, answer: Fraction, slip: float = 0.0, ok: bool = True) -> list[Line]:
    """Reduce to a number, one operation a step; each step slips with probability `slip`, then goes on consistently."""
    lines: list[Line] = []
    while isinstance(expr, tuple):
        move = _make_slip(rng, expr) if rng.random() < slip else None
        (op, a, b, c), rest, true = move or _reduce_once(rng, expr)
        statement = f"{a} {op} {render(b, False)} = {c}"
        ok = ok and true and evaluate(rest) == answer
        if isinstance(rest, tuple):
            lines.append(Line(f"{statement}, so we have {render(rest)}.", ok))
        else:
            lines.append(Line(f"{statement}. {final_sentence(int(evaluate(rest)))}", ok))
        expr = rest
    return lines


Reduction = tuple[tuple[str, int, int, int], Expr, bool]  # (op, a, b, c), what remains, is the statement true


def _reduce_once(rng: random.Random, expr: Expr) -> Reduction:
    places = reducible_paths(expr)
    path = places[0] if rng.random() < 0.75 else rng.choice(places)
    node = subexpression(expr, path)
    assert isinstance(node, tuple)
    op, a, b = node
    assert isinstance(a, int)
    assert isinstance(b, int)
    c = apply_operator(op, a, b)
    assert c is not None
    return (op, a, b, c), replace_subexpression(expr, path, c), True


def _make_slip(rng: random.Random, expr: Expr) -> Reduction | None:
    """A wrong step that a hurried pupil would write, or None if none was found that can be continued."""
    for _ in range(6):
        (op, a, b, c), rest, _ = _reduce_once(rng, expr)
        kind = rng.choices(("result", "operation", "order", "copy"), (5, 2, 2, 2))[0]
        path = next(p for p in reducible_paths(expr) if subexpression(expr, p) == (op, a, b))
        true = True
        if kind == "result":
            c, true = misread(rng, c), False
            rest = replace_subexpression(expr, path, c)
        elif kind == "operation":
            other = apply_operator(rng.choice([o for o in "+-*" if o != op]), a, b)
            if other is None or other == c or abs(other) > MAX_VALUE:
                continue
            c, true = other, False
            rest = replace_subexpression(expr, path, c)
        elif kind == "order":
            found = _reduce_out_of_order(rng, expr)
            if found is None:
                continue
            (op, a, b, c), rest = found
        else:
            rest = miscopy(rng, rest)
        if is_solvable(rest) and evaluate(rest) != evaluate(expr):
            return (op, a, b, c), rest, true
    return None


def _reduce_out_of_order(rng: random.Random, expr: Expr) -> tuple[tuple[str, int, int, int], Expr] | None:
    """Reduce two neighbours that another operator binds tighter: 12 - 3 * 4 becomes 9 * 4."""
    words = render(expr).replace("(", "( ").replace(")", " )").split()
    pairs = [
        i
        for i in range(1, len(words) - 1)
        if words[i] in OPERATORS and words[i - 1].isdigit() and words[i + 1].isdigit()
    ]
    rng.shuffle(pairs)
    for i in pairs:
        op, a, b = words[i], int(words[i - 1]), int(words[i + 1])
        c = apply_operator(op, a, b)
        if c is None or c < 0:
            continue
        try:
            rest = parse(" ".join([*words[: i - 1], str(c), *words[i + 2 :]]))
            if is_solvable(rest) and evaluate(rest) != evaluate(expr):
                return (op, a, b, c), rest
        except ExpressionError:
            continue
    return None


OPERATORS = frozenset("+-*/")


def miscopy(rng: random.Random, expr: Expr) -> Expr:
    """The expression with one number misread, one operator exchanged, or one term lost."""
    places = _node_paths(expr)
    path = rng.choice(places)
    node = subexpression(expr, path)
    if isinstance(node, int):
        return replace_subexpression(expr, path, misread(rng, node))
    assert isinstance(node, tuple)
    if rng.random() < 0.5:
        return replace_subexpression(expr, path, (rng.choice([o for o in "+-*" if o != node[0]]), node[1], node[2]))
    return replace_subexpression(expr, path, node[rng.choice((1, 2))])


def _node_paths(expr: Expr, path: NodePath = ()) -> list[NodePath]:
    if not isinstance(expr, tuple):
        return [path]
    return [path, *_node_paths(expr[1], (*path, 1)), *_node_paths(expr[2], (*path, 2))]
