"""The forms of the questions that models are asked, and the line that says how far the answer is. Safe HTML.

A form depends on the run and the selection alone: what was chosen in it stays as the page is redrawn.
"""

from __future__ import annotations

from collections.abc import Iterable

from pfviz.page import selection, tools
from pfviz.page.answers import Replies
from pfviz.page.markup import escape, message
from pfviz.page.offer import Offer
from pfviz.trace import Trace


def form(trace: Trace, question: str, selected: int | None, offer: Offer) -> str:
    """The form of a question that asks models; nothing for one that asks nobody."""
    made = {
        "worth": lambda: _worth(),
        "other": lambda: _other(trace, offer),
        "words": lambda: _words(trace, offer),
        "edit": lambda: _edit(trace, selected),
    }.get(question)
    return f'<form class="rule asks" data-asks="{question}" aria-label="Ask the models">{made()}</form>' if made else ""


def _worth() -> str:
    return (
        _list("Rollouts", "rollouts", [(str(n), str(n)) for n in tools.ROLLOUTS])
        + _button("value", "Value the selected prefix")
        + _list("Budget", "budget", [(f"{n} in all", str(n)) for n in tools.BUDGETS])
        + _button("tree", "Value the whole tree")
    )


def _other(trace: Trace, offer: Offer) -> str:
    choices = [choice for choice in offer.rewards_for(trace.generator) if choice[1] != trace.reward]
    listed = _list("Reward", "reward", choices) if choices else ""
    return listed + _typed(offer) + _button("rescore", "Score the tree with it")


def _words(trace: Trace, offer: Offer) -> str:
    choices = [choice for choice in offer.rewards_for(trace.generator) if choice[1] != trace.reward]
    own = [(f"{trace.reward} (the run’s)", "")]
    return _list("Reward", "reward", own + choices) + _typed(offer) + _button("words", "Leave out each word")


def _edit(trace: Trace, selected: int | None) -> str:
    uid = selection.known(trace, selected)
    if uid is None:
        return f'<p class="small">{escape(tools.NOBODY)}</p>'
    t, n = trace.node(uid)
    return (
        f'<label class="text"><span>Text of step {t + 1}, particle {n}</span>'
        f'<textarea name="text" rows="4" maxlength="{tools.MOST_TEXT}" spellcheck="false">\n'
        f"{escape(trace.texts[t][n])}</textarea></label>"
        + _button("retell", "Score the new path")
        + _button("grow", "Grow from here", "A new run from the new prefix takes the place of this one")
    )


def _typed(offer: Offer) -> str:
    """Where any model may be typed."""
    if not offer.any_model:
        return ""
    field = '<input name="typed" placeholder="owner/name or folder" autocomplete="off" maxlength="200">'
    return f'<label class="long"><span>or its name</span>{field}</label>'


def _list(label: str, name: str, choices: Iterable[tuple[str, str]]) -> str:
    options = "".join(f'<option value="{escape(key)}">{escape(text)}</option>' for text, key in choices)
    return f'<label><span>{label}</span><select name="{name}">{options}</select></label>'


def _button(do: str, text: str, why: str = "") -> str:
    title = f' title="{escape(why)}"' if why else ""
    return f'<button type="submit" value="{do}" data-role="ask-{do}"{title}>{escape(text)}</button>'


def status(replies: Replies) -> str:
    """How far the answer is, with a button that stops it; what is wrong with the question."""
    if replies.trouble:
        return message(replies.said)
    if not replies.said:
        return ""
    stop = '<button type="button" data-ask="stop" data-role="ask-stop">Stop</button>' if replies.going else ""
    kind = "busy" if replies.going else "done"
    return f'<div class="asked {kind}" role="status"><i class="dot"></i><span>{escape(replies.said)}</span>{stop}</div>'


def colours(replies: Replies, measured: bool) -> str:
    """The switch of the genealogy's colours; nothing where there is nothing to switch."""
    if not measured:
        return ""
    buttons = "".join(
        f'<button type="button" data-colour="{name}" data-role="colour-{name}"'
        f"{' aria-current=true' if name == replies.colour else ''}>{text}</button>"
        for name, text in (("reward", "Reward"), ("gap", "Reward − value"))
    )
    return f'<nav class="colours" aria-label="Colour of the particles"><span>Colour</span>{buttons}</nav>'
