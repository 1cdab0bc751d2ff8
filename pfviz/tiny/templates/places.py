"""Stories of places, ways and measures: halls, gardens, journeys, pages, degrees."""

from __future__ import annotations

from pfviz.tiny.expressions import Expr
from pfviz.tiny.names import PLACES, PLANTS, SEATS
from pfviz.tiny.words import StoryWords


def seats(w: StoryWords) -> tuple[str, Expr]:
    """Rows of seats, of which some do not count."""
    k, m, c = w.n(2, 12), w.n(3, 15), w.n(1, 30)
    place, seat = w.noun(PLACES), w.rng.choice(SEATS)
    end = w.pick(
        f"{c} {seat} are broken. How many {seat} can be used?",
        f"{c} {seat} are taken. How many {seat} are free?",
        f"{c} {seat} are empty. How many {seat} are taken?",
        f"{c} people sit down. How many {seat} are free?",
    )
    return f"A {place} has {k} rows of {m} {seat}. {end}", ("-", ("*", k, m), c)


def rows(w: StoryWords) -> tuple[str, Expr]:
    """Rows of plants, of which some die or to which some are added."""
    k, m, d, plants = w.n(2, 12), w.n(2, 12), w.n(1, 20), w.noun(PLANTS)
    text = w.pick(f"{w.name} plants {k} rows of {m} {plants}.", f"A garden has {k} rows of {m} {plants}.")
    planted: Expr = ("*", k, m)
    if w.rng.random() < 0.5:
        return f"{text} {d} {w.pick('die', 'are cut down')}. How many {plants} are left?", ("-", planted, d)
    return f"{text} {w.he} plants {d} more. How many {plants} are there now?", ("+", planted, d)


def travel(w: StoryWords) -> tuple[str, Expr]:
    """Distance from speed and time, then farther or back."""
    v, h, more = w.n(3, 40), w.n(2, 5), w.n(1, 30)
    who = w.pick("A train", "A car", "A bus", "A ship", w.name, "A cyclist")
    verb = w.pick("goes", "travels", "moves")
    unit = w.pick("km", "miles", "kilometres")
    text = f"{who} {verb} {v} {unit} an hour for {h} hours and then {more} {unit}"
    if w.rng.random() < 0.25:
        return f"{text} back. How far is it from the start?", ("-", ("*", v, h), more)
    ask = w.pick(
        "How far does it go in all?",
        f"How many {unit} is that in all?",
        "How far is that?",
    )
    return f"{text} more. {ask}", ("+", ("*", v, h), more)


def rectangle(w: StoryWords) -> tuple[str, Expr]:
    """Perimeter or area."""
    a, b, unit = w.n(2, 20), w.n(2, 12), w.pick("cm", "m", "metres")
    what = w.pick("rectangle", "garden", "field", "room", "yard")
    given = w.pick(
        f"A {what} is {a} {unit} long and {b} {unit} wide.",
        f"A {what} is {b} {unit} wide and {a} {unit} long.",
    )
    if w.rng.random() < 0.5:
        return f"{given} {w.pick('What is its perimeter?', 'How long is the fence around it?')}", ("*", 2, ("+", a, b))
    return f"{given} What is its area?", ("*", a, b)


def bus(w: StoryWords) -> tuple[str, Expr]:
    """Passengers get off and on."""
    expr: Expr = w.n(5, 50)
    what, people = w.pick("bus", "train", "tram", "boat", "lift"), w.pick("people", "passengers")
    text = w.pick(
        f"A {what} has {expr} {people}.",
        f"There are {expr} {people} on a {what}.",
        f"A {what} starts with {expr} {people}.",
    )
    for i in range(w.choose(1, 2)):
        off, on = w.n(1, 20), w.n(1, 20)
        first = ("At the first stop", "At a stop", "At the station")
        stop = w.pick(*first) if i == 0 else w.pick("At the next stop", "Then")
        if w.rng.random() < 0.7:
            text += f" {stop} {off} get off and {on} get on."
            expr = ("+", ("-", expr, off), on)
        else:
            text += f" {stop} {off} get off."
            expr = ("-", expr, off)
    return f"{text} How many {people} are on the {what} now?", expr


def reading(w: StoryWords) -> tuple[str, Expr]:
    """Pages of a book that are still to be read."""
    total, p, d, s = w.n(40, 200), w.n(3, 20), w.n(2, 9), w.n(1, 20)
    text = f"A book has {total} pages. {w.name} reads {p} pages a day for {d} days"
    left: Expr = ("-", total, ("*", p, d))
    if w.rng.random() < 0.4:
        return f"{text} and then {s} more pages. How many pages are left?", ("-", left, s)
    ask = w.pick("How many pages are left?", f"How many pages does {w.he.lower()} still have to read?")
    return f"{text}. {ask}", left


def weather(w: StoryWords) -> tuple[str, Expr]:
    """The temperature rises and falls."""
    a, b, c = w.n(5, 30), w.n(1, 15), w.n(1, 15)
    rises, falls = w.pick("rises", "goes up"), w.pick("falls", "drops")
    text = f"The temperature is {a} degrees. It {rises} by {b} degrees and then {falls} by {c} degrees."
    return f"{text} What is {w.pick('it', 'the temperature')} now?", ("-", ("+", a, b), c)
