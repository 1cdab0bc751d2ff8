"""Published models that pfviz knows: how each is asked, what it needs, and which go together.

None of them was run here on its real weights; what was tested instead stands in the README. Parameters are in billions,
as their makers state them. A licence is named where the model's card names one.
"""

from __future__ import annotations

from dataclasses import dataclass

QWEN_SYSTEM_PROMPT = "Please reason step by step, and put your final answer within \\boxed{}."
LLAMA_SYSTEM_PROMPT = (
    "Solve the following math problem. Write the solution in short steps, each with a heading of the form "
    "`## Step 1:`, and a blank line after each step. End with: Therefore, the final answer is: $\\boxed{answer}$."
)
SHORT_STEPS_PROMPT = (
    "Solve the math problem in short steps, one sentence with one equation each, a blank line between steps. End with "
    "\\boxed{answer}."
)
SHORT_STEPS_EXAMPLES = (
    (
        "A baker sells 3 loaves at $4 each and 5 buns at $2 each. She spends $7 on flour. How much does she have left?",
        "The loaves bring 3 * 4 = 12 dollars.\n\nThe buns bring 5 * 2 = 10 dollars.\n\nTogether that is 12 + 10 = 22 "
        "dollars.\n\nAfter the flour she has 22 - 7 = 15 dollars left, so the answer is \\boxed{15}.",
    ),
)
"""A problem with its solution, which shows a model what a step is: without it a small one writes lists and headings."""
_UNSTATED_LICENCE = "see its card"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model of the Hub. `separator` ends its steps, or stands after each step that it scores."""

    id: str
    parameters: float  # billions
    licence: str
    gated: bool = False
    separator: str = "\n\n"
    system: str | None = None  # of a generator
    examples: tuple[tuple[str, str], ...] = ()  # of a generator: problems with solutions
    protocol: str | None = None  # of a reward model

    def gigabytes(self, bytes_per_parameter: int) -> float:
        """The memory of its weights, 10^9 bytes, with numbers of so many bytes."""
        return self.parameters * bytes_per_parameter


def _short_steps(id: str, parameters: float, licence: str) -> ModelCard:
    """A general model, shown what short steps are."""
    return ModelCard(id, parameters, licence, system=SHORT_STEPS_PROMPT, examples=SHORT_STEPS_EXAMPLES)


GENERATORS: dict[str, ModelCard] = {
    card.id: card
    for card in [
        _short_steps("Qwen/Qwen2.5-0.5B-Instruct", 0.49, "Apache-2.0"),
        _short_steps("Qwen/Qwen2.5-Coder-0.5B-Instruct", 0.49, "Apache-2.0"),
        _short_steps("Qwen/Qwen2.5-Coder-1.5B-Instruct", 1.54, "Apache-2.0"),
        ModelCard("Qwen/Qwen2.5-Math-1.5B-Instruct", 1.54, "Apache-2.0", system=QWEN_SYSTEM_PROMPT),
        ModelCard("Qwen/Qwen2.5-Math-7B-Instruct", 7.62, "Apache-2.0", system=QWEN_SYSTEM_PROMPT),
        ModelCard("meta-llama/Llama-3.2-1B-Instruct", 1.24, "Llama 3.2 Community", True, system=LLAMA_SYSTEM_PROMPT),
        ModelCard("meta-llama/Llama-3.1-8B-Instruct", 8.03, "Llama 3.1 Community", True, system=LLAMA_SYSTEM_PROMPT),
    ]
}

REWARDS: dict[str, ModelCard] = {
    card.id: card
    for card in [
        ModelCard("trl-lib/Qwen2-0.5B-Reward-Math-Sheperd", 0.49, _UNSTATED_LICENCE, separator="\n", protocol="trl"),
        ModelCard("Skywork/Skywork-o1-Open-PRM-Qwen-2.5-1.5B", 1.54, _UNSTATED_LICENCE, protocol="skywork"),
        ModelCard("Skywork/Skywork-o1-Open-PRM-Qwen-2.5-7B", 7.62, _UNSTATED_LICENCE, protocol="skywork"),
        ModelCard("Qwen/Qwen2.5-Math-PRM-7B", 7.62, "Qwen", protocol="qwen"),
        ModelCard("peiyi9979/math-shepherd-mistral-7b-prm", 7.24, _UNSTATED_LICENCE, protocol="math-shepherd"),
        ModelCard("RLHFlow/Llama3.1-8B-PRM-Deepseek-Data", 8.03, _UNSTATED_LICENCE, protocol="rlhflow"),
    ]
}


@dataclass(frozen=True, slots=True)
class PairCard:
    """A generator and a reward model that go together, by a name."""

    name: str
    title: str
    generator: str
    reward: str
    good_for: str

    @property
    def cards(self) -> tuple[ModelCard, ...]:
        """The published models in it; none of the embedded pair."""
        found = GENERATORS.get(self.generator), REWARDS.get(self.reward)
        return tuple(card for card in found if card is not None)

    @property
    def gated(self) -> bool:
        """Whether a part must be asked for on the Hub first."""
        return any(card.gated for card in self.cards)

    def gigabytes(self, bytes_per_parameter: int = 2) -> float:
        """The memory of both models' weights, 10^9 bytes."""
        return sum(card.gigabytes(bytes_per_parameter) for card in self.cards)


_PRM_7B = "Qwen/Qwen2.5-Math-PRM-7B"
REAL_PAIR, REAL_PARTICLES = "real-0.5b", 8
"""What is offered for a problem that is too much for the embedded pair, and with how many particles."""
PAIRS: dict[str, PairCard] = {
    pair.name: pair
    for pair in [
        PairCard(
            "embedded", "Embedded pair", "embedded", "embedded", "Runs anywhere: small problems, on a CPU, offline.",
        ),
        PairCard(
            "real-0.5b", "Real: Qwen2.5 Coder 0.5B", "Qwen/Qwen2.5-Coder-0.5B-Instruct", "auto",
            "Problems of any wording, on a laptop or a free Space, in seconds; one model, which scores itself.",
        ),
        PairCard(
            "real-1.5b", "Real: Qwen2.5 Coder 1.5B", "Qwen/Qwen2.5-Coder-1.5B-Instruct", "auto",
            "The same with a model three times as large: more often right, and slower.",
        ),
        PairCard(
            "laptop", "Qwen2.5 0.5B + TRL PRM 0.5B", "Qwen/Qwen2.5-0.5B-Instruct",
            "trl-lib/Qwen2-0.5B-Reward-Math-Sheperd", "School mathematics on a laptop, slowly without a GPU.",
        ),
        PairCard(
            "small", "Qwen Math 1.5B + Skywork PRM 1.5B", "Qwen/Qwen2.5-Math-1.5B-Instruct",
            "Skywork/Skywork-o1-Open-PRM-Qwen-2.5-1.5B", "Competition mathematics on one GPU of 12 GB.",
        ),
        PairCard(
            "paper-1.5b", "Paper: Qwen Math 1.5B + PRM 7B", "Qwen/Qwen2.5-Math-1.5B-Instruct", _PRM_7B,
            "The paper's main table on one GPU of 24 GB.",
        ),
        PairCard(
            "paper-7b", "Paper: Qwen Math 7B + PRM 7B", "Qwen/Qwen2.5-Math-7B-Instruct", _PRM_7B,
            "The paper's best result, on one GPU of 40 GB.",
        ),
        PairCard(
            "paper-llama-1b", "Paper: Llama 1B + PRM 7B", "meta-llama/Llama-3.2-1B-Instruct", _PRM_7B,
            "How far a small model gets under a strong reward; one GPU of 24 GB.",
        ),
        PairCard(
            "paper-llama-8b", "Paper: Llama 8B + PRM 7B", "meta-llama/Llama-3.1-8B-Instruct", _PRM_7B,
            "A general model under a mathematical reward; one GPU of 40 GB.",
        ),
        PairCard(
            "math-shepherd", "Qwen Math 1.5B + Math-Shepherd", "Qwen/Qwen2.5-Math-1.5B-Instruct",
            "peiyi9979/math-shepherd-mistral-7b-prm", "The first open PRM, to compare with; one GPU of 24 GB.",
        ),
        PairCard(
            "rlhflow", "Llama 8B + RLHFlow PRM 8B", "meta-llama/Llama-3.1-8B-Instruct",
            "RLHFlow/Llama3.1-8B-PRM-Deepseek-Data", "A PRM that answers in a chat; one GPU of 40 GB.",
        ),
    ]
}  # fmt: skip
"""By name, from the smallest."""
