"""The settings of a run, checked: a value that makes no sense is refused with the field that holds it.

A new setting is one field here, and the kernel that reads it: the command line, the page and docs/cli.md show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any, cast

from pfviz.errors import SettingError
from pfviz.inference.aggregation import AGGREGATIONS
from pfviz.inference.potentials import POTENTIALS
from pfviz.inference.prompt_settings import check_examples, check_system, parse_examples, parse_system
from pfviz.inference.resampling import RESAMPLERS
from pfviz.inference.setting import Setting, label_choices, setting
from pfviz.inference.slopes import AS_REPORTED, check_slopes
from pfviz.problems.step_rules import StepKind
from pfviz.types import Sampling, WritingOptions

TRIGGERS = {"always": "After every step", "ess": "When ESS/N is low"}
PICKS = {
    "usual": "As usual for the method",
    "highest": "Highest reward",
    "vote": "Most weight",
    "rewards": "Most reward in all",
    "majority": "Most particles",
    "draw": "Drawn by weight",
}
STEP_RULES: Mapping[str, str] = {
    "model": "As the model’s card says",
    "blank-line": "Blank line",
    "line": "Line",
    "numbered": "Numbered item",
    "sentence": "Sentence",
    "tokens": "A number of tokens",
}
HEADINGS = {"join": "With what follows", "own": "Steps of their own"}
FINISHED_MODES = {"pooled": "Resampled with the others", "absorbing": "Kept aside with their weight"}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run is made. Numbers may come as text (from a form); they are converted, or refused by `SettingError`."""

    particles: int = setting(
        16, "Particles", "Solutions that are written side by side (N).", low=1, high=1024, group="main", page_high=64,
        step=1, flags=("-n",), counts_generations=True,
    )  # fmt: skip
    temperature: float = setting(0.8, "Temperature", "Of the generator's sampling; 0 is greedy.", low=0.0, high=100.0)
    tau: float = setting(
        1.0, "Tau", "Softmax temperature of the weights; a small one trusts the reward more.", low=0.001, high=1000.0
    )
    tau_start_factor: float = setting(
        1.0, "Tau start factor",
        "Tau is so many times larger at the first step, and halves from step to step; 1 keeps it constant.",
        low=1.0, high=1000.0, former_names=("warmth",),
    )  # fmt: skip
    potential: str = setting(
        "odds", "Potential", "What a reward weighs.",
        choices=label_choices(
            POTENTIALS, odds="Odds of the reward", telescoped="Change of the odds", score="The reward itself"
        ),
    )  # fmt: skip
    reward_slope: str = setting(
        AS_REPORTED, "Reward slope",
        "What the log-odds of a reward are multiplied with before they weigh: 1 as reported, less trusts it less, or "
        "one number by step, as 0.4, 0.8, 1.",
        check_text=check_slopes, is_numbers=True,
    )  # fmt: skip
    resampler: str = setting(
        "multinomial", "Resampler", "How the copies of each particle are drawn from the weights.",
        choices=label_choices(RESAMPLERS, ssp="SSP"),
    )  # fmt: skip
    trigger: str = setting(
        "always", "Trigger", "Resample after every step, or when ESS/N falls below the threshold.", choices=TRIGGERS
    )
    threshold: float = setting(
        0.5, "Threshold", "ESS/N below which particles are resampled, where that decides.", low=0.0, high=1.0
    )
    first_resampling: int = setting(
        1, "First resampling",
        "The step after which particles may be resampled first; until then weights accumulate. Early on a reward knows "
        "little.",
        low=1, high=1000,
    )  # fmt: skip
    finished: str = setting(
        "pooled", "Finished particles",
        "Whether finished particles are resampled with the others, or kept aside with their weights.",
        choices=FINISHED_MODES,
    )  # fmt: skip
    iterations: int = setting(
        4, "Iterations", "Of particle Gibbs, and of each chain of parallel tempering.", low=1, high=1000,
        group="sweeps", counts_generations=True,
    )  # fmt: skip
    chains: int = setting(
        3, "Chains", "Of parallel tempering.", low=1, high=64, group="sweeps", counts_generations=True
    )
    ladder: float = setting(
        2.0, "Ladder", "How many times each chain's tau is that of the chain below it.", low=1.0, high=1000.0,
        group="sweeps",
    )  # fmt: skip
    width: int = setting(
        4, "Width", "Copies of a survivor in beam search, slots of a subtree in DVTS.", low=1, high=1024
    )
    aggregation: str = setting(
        "last", "Aggregation", "What the rewards of a solution's steps count together.",
        choices=label_choices(
            AGGREGATIONS, last="That of the last step", min="The smallest", product="Their product", mean="Their mean",
            model="One, of the whole text",
        ),
    )  # fmt: skip
    pick: str = setting("usual", "Answer", "How the answer is chosen.", choices=PICKS)
    max_steps: int = setting(16, "Max steps", "Steps after which the run ends.", low=1, high=1000, group="limits")
    step_rule: str = setting(
        "model", "Steps end at", "What ends a step, outside of code and display formulas.", choices=STEP_RULES,
        group="steps",
    )  # fmt: skip
    tokens_per_step: int = setting(
        32, "Tokens per step", "Of a step, where a number of tokens is what ends one.", low=1, high=100_000,
        group="steps",
    )  # fmt: skip
    min_step_tokens: int = setting(
        1, "Min step tokens", "Tokens that a step has at least before its rule may end it.", low=1, high=100_000,
        group="steps",
    )  # fmt: skip
    max_step_tokens: int = setting(
        256, "Max step tokens", "Tokens after which a step ends.", low=1, high=100_000, group="steps"
    )
    headings: str = setting(
        "join", "Headings", "Whether a bare heading, or a line that ends with a colon, goes with what follows.",
        choices=HEADINGS, group="steps",
    )  # fmt: skip
    system: str = setting(
        "", "System prompt", "What the model is told before the problem; empty: what its card says, none: nothing.",
        check_text=check_system, group="steps",
    )  # fmt: skip
    examples: str = setting(
        "", "Examples", "Problems with solutions to write like, a JSONL file with problem and solution in each line; "
        "empty: what the model’s card says, none: no examples.",
        check_text=check_examples, is_file=True, group="limits",
    )  # fmt: skip
    max_step_characters: int = setting(
        4000, "Max step characters", "Characters after which a step ends.", low=1, high=1_000_000, group="limits"
    )
    seed: int = setting(
        0, "Seed", "The same seed gives the same run.", low=0, high=2**63 - 1, group="seed", flags=("-s",)
    )

    def __post_init__(self) -> None:
        for name, known in SETTINGS.items():
            object.__setattr__(self, name, known.check(name, getattr(self, name)))

    @classmethod
    def from_values(cls, **values: Any) -> Settings:
        """Settings from keywords; an unknown one is refused by name, a former name of one is understood."""
        values = rename_settings(values)
        for name in values:
            if name not in SETTINGS:
                near = get_close_matches(name, SETTINGS, 3)
                hint = (
                    f"Did you mean {' or '.join(near)}?"
                    if near
                    else "All are fields of pfviz.inference.settings.Settings."
                )
                raise SettingError(name, f"There is no setting {name[:40]!r}. {hint}")
        return cls(**values)

    @classmethod
    def from_recorded(cls, recorded: Mapping[str, Any], seed: int) -> Settings:
        """The settings of a trace; one of a time without step rules had headings as steps of their own."""
        before = {} if "step_rule" in recorded else {"headings": "own"}
        return cls.from_values(**{**before, **recorded, "seed": seed})

    @property
    def writing(self) -> WritingOptions:
        """What a run asks of its generator beside how it draws."""
        kind = None if self.step_rule == "model" else cast(StepKind, self.step_rule)
        return WritingOptions(
            kind, self.tokens_per_step, self.min_step_tokens, self.headings == "join", parse_system(self.system),
            parse_examples(self.examples),
        )  # fmt: skip

    @property
    def sampling(self) -> Sampling:
        """What a generator needs of them."""
        return Sampling(self.temperature, self.max_step_tokens, self.max_step_characters)

    def as_dict(self) -> dict[str, Any]:
        """Every setting but the seed (which a trace holds on its own), JSON-able."""
        return {name: value for name, value in asdict(self).items() if name != "seed"}


SETTINGS: dict[str, Setting] = {one.name: one.metadata["setting"] for one in fields(Settings)}
"""Name → what there is to say of it, in the order of the fields."""

_NEW_NAMES = {former: name for name, known in SETTINGS.items() for former in known.former_names}


def rename_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values under the names that their settings have now; raise `SettingError` for one given twice."""
    renamed = {_NEW_NAMES.get(name, name): value for name, value in values.items()}
    if len(renamed) < len(values):
        former = next(name for name in values if name in _NEW_NAMES and _NEW_NAMES[name] in values)
        raise SettingError(
            _NEW_NAMES[former],
            f"The settings {former} and {_NEW_NAMES[former]} are the same one; leave out {former}, its former name.",
        )
    return renamed
