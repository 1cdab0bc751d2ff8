"""Stories of what somebody has: events that add to a collection and take from it."""

from __future__ import annotations

from pfviz.tiny.expressions import Expr
from pfviz.tiny.names import CONTAINERS, FOOD, PEOPLE
from pfviz.tiny.words import StoryWords

MAX_EVENTS = 3  # of a collection
JOINING_WORDS = (" and ", " and ", ", then ", " and then ")  # between the last two events of a sentence
LEADING_WORDS = ("Then", "After that", "Later", "Next")  # of a sentence after the first


def collection(w: StoryWords) -> tuple[str, Expr]:
    """Somebody has things; one to three events happen."""
    text, expr = begin_collection(w)
    events = w.rng.choices(range(1, MAX_EVENTS + 1), (3, 5, 2))[0]
    said: list[str] = []
    shared = False
    for i in range(events):
        words, expr = draw_event(w, expr, i == events - 1)
        shared = words.startswith("shares")
        said.append(words)
    text += _join_events(w, said)
    return f"{text} {ask_for_share(w) if shared else ask_for_rest(w)}", expr


def begin_collection(w: StoryWords) -> tuple[str, Expr]:
    """What somebody has before anything happens."""
    expr: Expr = w.n(1, 60)
    text = w.pick(
        "{} has {} {}.",
        "{} starts with {} {}.",
        "{} had {} {}.",
        "{} owns {} {}.",
    ).format(w.name, expr, w.things)
    if w.rng.random() < 0.12:
        k, m = w.n(2, 10), w.n(2, 12)
        text, expr = f"{w.name} has {k} {w.noun(CONTAINERS)} of {m} {w.things}.", ("*", k, m)
    return text, expr


def _join_events(w: StoryWords, said: list[str]) -> str:
    """The events as one sentence, or one after the other."""
    subject = w.pick(w.he, w.he, w.name)
    if len(said) >= 2 and w.rng.random() < 0.5:
        joined = ", ".join(said[:-1]) + w.pick(*JOINING_WORDS) + said[-1]
        return f" {subject} {joined}."
    then = w.pick(*LEADING_WORDS)
    text = ""
    for i, words in enumerate(said):
        text += f" {subject} {words}." if i == 0 or w.rng.random() < 0.4 else f" {then} {w.he.lower()} {words}."
    return text


def draw_event(w: StoryWords, now: Expr, last: bool) -> tuple[str, Expr]:
    """One thing that happens to somebody's collection, said without its subject."""
    n, k, m = w.n(1, 25), w.n(2, 9), w.n(2, 12)
    kind = w.rng.choices(range(6), (4, 5, 3, 1.4, 1.4, 1.2))[0]
    if kind == 0:
        return _gain(w).format(n), ("+", now, n)
    if kind == 1:
        return _loss(w).format(n), ("-", now, n)
    if kind == 2:
        said = w.pick(
            "buys {} {} of {}",
            "gets {} {} of {}",
            "finds {} {} of {}",
            "buys {} {} of {} more",
            "buys {} {} with {} in each",
            "buys {} {} with {} each",
        )
        return said.format(k, w.noun(CONTAINERS), m), ("+", now, ("*", k, m))
    if kind == 3:
        times = w.pick("doubles", "triples", "doubles")
        return f"{times} {w.his} collection", ("*", now, {"doubles": 2, "triples": 3}[times])
    if kind == 4 and last:
        return f"shares them equally among {k} {w.noun(PEOPLE)}", ("/", now, k)
    said = w.pick("gives {} to each of {} {}", "gives {} each to {} {}")
    return said.format(k, m, w.noun(PEOPLE)), ("-", now, ("*", k, m))


def _gain(w: StoryWords) -> str:
    return w.pick(
        "buys {} more",
        "finds {}",
        "gets {} more",
        f"gets {{}} from {w.other}",
        "wins {}",
        "finds {} more",
        "is given {}",
        "collects {} more",
        "picks {} more",
        "buys {}",
    )


def _loss(w: StoryWords) -> str:
    return w.pick(
        "gives {} away",
        "loses {}",
        f"gives {{}} to {w.other}",
        "gives away {}",
        "sells {}",
        "breaks {}",
        f"gives {w.other} {{}}",
        "throws {} away",
        "uses {}",
        f"gives {{}} to {w.his} friend",
    )


def ask_for_share(w: StoryWords) -> str:
    """What each gets of a collection that was shared."""
    return w.pick(f"How many {w.things} does each get?", "How many does each one get?")


def ask_for_rest(w: StoryWords) -> str:
    """What somebody has in the end."""
    he = w.he.lower()
    return w.pick(
        f"How many {w.things} does {he} have?",
        f"How many {w.things} does {he} have now?",
        f"How many {w.things} does {w.name} have now?",
        f"How many {w.things} are left?",
        f"How many {w.things} does {he} have in the end?",
    )


def bags(w: StoryWords) -> tuple[str, Expr]:
    """Some things, some bags of more, some given away."""
    a, k, m, c = w.n(1, 40), w.n(2, 9), w.n(2, 12), w.n(1, 20)
    bought = f"{w.he} buys {k} {w.noun(CONTAINERS)} of {m} {w.things} and gives {c} away."
    return f"{w.name} has {a} {w.things}. {bought} {ask_for_rest(w)}", ("-", ("+", a, ("*", k, m)), c)


def boxes(w: StoryWords) -> tuple[str, Expr]:
    """Boxes of food, of which some is gone."""
    k, m, c, food = w.n(2, 12), w.n(2, 12), w.n(1, 25), w.noun(FOOD)
    pack = w.noun(CONTAINERS)
    text = w.pick(
        f"There are {k} {pack} with {m} {food} in each.",
        f"{w.name} has {k} {pack} of {m} {food}.",
        f"A shop has {k} {pack} of {m} {food}.",
    )
    end = w.pick(
        f"{c} {food} are bad. How many are good?",
        f"{c} of them are sold. How many {food} are left?",
        f"{c} {food} are eaten. How many are left?",
    )
    return f"{text} {end}", ("-", ("*", k, m), c)


def half(w: StoryWords) -> tuple[str, Expr]:
    """Half is gone, then something else happens."""
    a, b = 2 * w.n(2, 40), w.n(1, 20)
    verb = w.pick(
        "gives half of them away",
        "sells half of them",
        f"gives half of them to {w.other}",
        "eats half of them",
        "loses half of them",
    )
    more = w.rng.random() < 0.6
    then = f"{w.pick('buys', 'finds', 'gets')} {b} more" if more else f"{w.pick('loses', 'sells', 'gives away')} {b}"
    text = f"{w.name} has {a} {w.things}. {w.he} {verb}. Then {w.he.lower()} {then}."
    return f"{text} {ask_for_rest(w)}", ("+" if more else "-", ("/", a, 2), b)
