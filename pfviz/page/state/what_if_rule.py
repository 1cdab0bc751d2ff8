"""The rule under which a visitor asks "What if?": what was typed, and into which form."""

from __future__ import annotations

from dataclasses import dataclass

from pfviz.diagnostics.rewards.reweighing import Rule


@dataclass(frozen=True, slots=True)
class RuleForm:
    """What was typed into a form: the rule, None for that of the run; what is wrong with it."""

    form: str
    rule: Rule | None = None
    error: str = ""
