"""The model card of the embedded pair: what it is, how it was made, and the measured figures, as Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_HEAD = """---
license: apache-2.0
library_name: transformers
language: en
tags: [process-reward-model, particle-filtering, tiny]
---

# The embedded pair of pfviz

Three small models that pfviz trains from nothing (`pfviz train-tiny`) and ships, so that a real language model proposes
and a real process reward model scores with no network and no GPU.

- `generator/`, a `LlamaForCausalLM` of 1.7 M parameters, writes solutions step by step; the steps are separated by a
  blank line, and the last holds `\\boxed{}`.
- `reward/`, a `LlamaForTokenClassification` of 2.7 M parameters, is a process reward in TRL's convention: two labels,
  read at the separator after a step.
- `naive-reward/` is the first, weaker reward of the same training: what `reward/` was when its mistakes were first
  mined. A search with it finds what fools it.

They know arithmetic with whole numbers up to 200, linear equations in one unknown, and short English word problems of
twenty-odd templates. They know nothing else: `pfviz.tiny.gate` refuses the rest.

The generator read solutions whose steps slip now and then; its other mistakes are its own. The reward stands on the
frozen layers of the generator before it had read any slips. It saw misprinted solutions, fresh planted errors, the
generator's own solutions in pairs of a right and a wrong one of the same problem, and the wrong solutions that it
itself scored best, mined in several rounds.

## Figures
"""


def write_card(path: Path, figures: dict[str, Any], problems: int, each: int) -> None:
    """Write the card from the figures of `Build.measure_figures`."""
    path.write_text(_HEAD + "\n".join(_tables(figures, problems, each)) + "\n")


def _tables(figures: dict[str, Any], problems: int, each: int) -> list[str]:
    generator, rewards = figures["generator"], {name: figures[f"{name} reward"] for name in ("embedded", "naive")}
    accuracy = generator["accuracy"]
    rows = [
        f"Measured at T = 0.8 on {problems} held-out problems (a third of each kind; held out by a hash of the",
        f"problem, never trained on), {each} samples a problem. Written by `pfviz train-tiny`, not by hand.",
        "",
        "### Generator",
        "",
        "| one sample right | arithmetic | equations | stories | ends in a box | at least one of 16 right |",
        "|---|---|---|---|---|---|",
        "| " + " | ".join(_format_shares([
            accuracy["all"], accuracy["arithmetic"], accuracy["equation"], accuracy["story"],
                                 generator["well formed"], generator["any of 16"]])) + " |",
        "",
        "### Reward models: final score",
        "",
        "| reward | within-problem AUC | pairs | AUC over all problems (misleads) |",
        "|---|---|---|---|",
    ]  # fmt: skip
    for name, reward in rewards.items():
        rows.append(f"| {name} | {reward['auc']:.3f} | {reward['pairs']} | {reward['auc overall']:.3f} |")
    sizes = list(rewards["embedded"]["best of"])
    rows += ["", "### Together: share of problems answered rightly", "",
             "| method | " + " | ".join(f"N = {n}" for n in sizes) + " |", "|---|" + "---|" * len(sizes)]  # fmt: skip
    for name, reward in rewards.items():
        rows.append(f"| best-of-N, {name} reward | " + " | ".join(_format_shares(reward["best of"].values())) + " |")
        for pick, words in (("highest", "highest reward"), ("vote", "weighted vote")):
            runs = [figures.get(f"{name} filtered {n}", {}).get(pick) for n in sizes]
            cells = ["" if share is None else f"{share:.3f}" for share in runs]
            rows.append(f"| particle filtering ({words}), {name} reward | " + " | ".join(cells) + " |")
    rows += [
        "",
        "Best-of-N is the exact expectation over subsets of the samples. Particle filtering is the default method",
        "(odds of the reward, multinomial resampling after every step). With 300 problems a share has a standard error",
        "of up to 0.03; differences are paired by problem. A best-of-N curve that falls with N, as the naive reward's,",
        "means that the search finds what fools the reward.",
    ]
    return rows


def _format_shares(shares: Any) -> list[str]:
    return [f"{share:.3f}" for share in shares]
