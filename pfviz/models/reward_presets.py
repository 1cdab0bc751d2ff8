"""The reward models that are picked by name. The page's menu, the choices of the commands and `pfviz models` are read
from this table; a new one is an entry here."""

from __future__ import annotations

from collections.abc import Callable

from pfviz.errors import ModelError
from pfviz.models.judge.prompt import JudgePrompt, parse_judge_name
from pfviz.models.preset import JUDGE_SETTINGS, VALUE_SETTINGS, RewardPreset
from pfviz.models.rewards import hidden_state_file
from pfviz.models.rewards.arithmetic import load_arithmetic
from pfviz.models.rewards.auto import AutoReward
from pfviz.models.rewards.confidence import CONFIDENCE_TEXTS, PRESET_NAMES, ConfidenceReward
from pfviz.models.rewards.controls import load_control
from pfviz.models.synthetic.reward import ChainReward
from pfviz.resources import fitted_rewards_dir, weights_dir
from pfviz.types import Generator, RewardModel

FindGenerator = Callable[[str], Generator]
FindReward = Callable[[str], RewardModel]


def list_reward_presets(
    find_generator: FindGenerator, find_reward: FindReward, choose_reward: Callable[[Generator], RewardModel]
) -> list[RewardPreset]:
    """All of them. Those that need other models find them by name; `choose_reward` gives what fits a generator."""
    return [
        _shipped_reward(
            "embedded",
            "Embedded",
            "A process reward model that ships with pfviz, trained against its own best-scored mistakes.",
            "reward",
        ),
        _shipped_reward(
            "naive",
            "Naive: stopped early",
            "An early stage of that reward model, which some mistakes fool: with more samples its pick gets worse.",
            "naive-reward",
        ),
        RewardPreset(
            "oracle",
            "Oracle: the truth",
            "The truth about every step, where the answer is known: a reward model that never errs.",
            _load_oracle,
        ),
        RewardPreset(
            "chain",
            "Synthetic: sums",
            "For the generator `chain`: the truth behind noise, and one mistake in ten is never seen.",
            ChainReward,
            generator="chain",
        ),
        *[_confidence_reward(kind) for kind in CONFIDENCE_TEXTS],
        RewardPreset(
            "auto",
            "Automatic",
            "The one that fits the generator: the embedded one's own, one that was fitted for it, else its confidence.",
            lambda: AutoReward(choose_reward),
            any_generator=True,
            reads="generator",
            settings=VALUE_SETTINGS,
        ),
        _fitted_reward(
            find_generator,
            "states-qwen2.5-coder-0.5b",
            "Hidden states of Qwen2.5-Coder 0.5B",
            "Read from that generator's own hidden states while it writes: fitted on GSM8K, no second model.",
        ),
        _fitted_reward(
            find_generator,
            "states-qwen2.5-coder-1.5b",
            "Hidden states of Qwen2.5-Coder 1.5B",
            "Read from that generator's own hidden states while it writes: fitted on GSM8K, no second model.",
        ),
        RewardPreset(
            "arithmetic",
            "Checked arithmetic",
            "A rule that computes every equation of a step: one that is wrong costs a solution most of its weight.",
            load_arithmetic,
            any_generator=True,
        ),
        _judge(
            find_generator,
            "judge",
            "Judge: the generator itself",
            "The model that writes is asked whether its step is right. p(Yes) rises with each step: take telescoped.",
        ),
        _judge(
            find_generator,
            "judge-4",
            "Judge: four votes with reasoning",
            "The model that writes checks its last step four times, in words; the share of Yes.",
        ),
        RewardPreset(
            "answer-probe",
            "Answer probe",
            "How sure the generator would be of its answer if it had to give it after this step.",
            _load_answer_probe,
            any_generator=True,
            reads="distributions",
        ),
        _control("shorter", "shorter is better", "The fewer characters were written, the better: knows nothing else."),
        _control("earlier", "earlier is better", "The fewer steps were written, the better: knows nothing else."),
        _control("constant", "constant", "One half, whatever was written: what the method does without a reward."),
        _broken_reward(
            find_reward,
            "embedded-noisy",
            "Broken: noise",
            "The embedded reward model with noise on its log-odds, as strong as what it knows: a weak judge.",
            "noisy",
            sd=2.0,
        ),
        _broken_reward(
            find_reward,
            "embedded-long",
            "Broken: prefers length",
            "The embedded reward model, but every token adds to the score: long solutions win.",
            "length_bias",
            per_token=0.15,
        ),
        _broken_reward(
            find_reward,
            "embedded-capped",
            "Broken: capped",
            "The embedded reward model, but nothing scores above 0.6: what is good and what is best look alike.",
            "capped",
            high=0.6,
        ),
        _broken_reward(
            find_reward,
            "embedded-inverted",
            "Broken: inverted",
            "The embedded reward model inverted: it prefers what is wrong.",
            "inverted",
        ),
    ]


def load_judge(name: str, find_generator: FindGenerator, prompt: JudgePrompt | None = None) -> RewardModel:
    """The judge of that name, asked by `prompt` instead of the usual texts, who is loaded if the name says who it is.

    Raises `ModelError` for a name that is none, and for one of a question that is not `prompt`'s."""
    from pfviz.models.judge.reward import JudgeReward

    known = parse_judge_name(name)
    if known is None:
        raise ModelError(f"{name[:80]!r} is no judge. Its name is judge, judge-4 or judge:NAME.")
    if known.digest and known.digest != (prompt or JudgePrompt()).digest:
        raise ModelError(
            f"The judge {name[:80]!r} was asked a question of its own. Give the same again (--judge-prompt)."
        )
    generator = None if known.place is None else find_generator(known.place)
    return JudgeReward(generator, votes=known.votes, prompt=prompt)


def _shipped_reward(name: str, title: str, description: str, folder: str) -> RewardPreset:
    """A reward model whose weights ship with pfviz, in that folder."""

    def load() -> RewardModel:
        from pfviz.models.hub.loader import load_reward

        return load_reward(weights_dir() / folder, name=name, local_files_only=True, chat=True)

    return RewardPreset(name, title, description, load, folder)


def _load_oracle() -> RewardModel:
    from pfviz.models.rewards.oracle import OracleReward

    return OracleReward()


def _broken_reward(
    find_reward: FindReward, name: str, title: str, description: str, change: str, **amounts: float
) -> RewardPreset:
    """The embedded reward, broken on purpose by a function of `pfviz.models.rewards.perturbed`."""

    def load() -> RewardModel:
        from pfviz.models.rewards import perturbed

        made: perturbed.PerturbedReward = getattr(perturbed, change)(find_reward("embedded"), **amounts)
        made.name = name  # a trace that names it can be resumed
        return made

    return RewardPreset(name, title, description, load)


def _confidence_reward(kind: str) -> RewardPreset:
    """The generator's own certainty, of that kind."""
    title, description = CONFIDENCE_TEXTS[kind]
    name, reads_tokens = PRESET_NAMES[kind], not ConfidenceReward(kind).reads_log_probs
    return RewardPreset(
        name, f"Confidence: {title}", description, lambda: ConfidenceReward(kind), any_generator=True,
        reads="distributions" if reads_tokens else "steps",
    )  # fmt: skip


def _judge(find_generator: FindGenerator, name: str, title: str, description: str) -> RewardPreset:
    """A language model that is asked."""
    return RewardPreset(
        name,
        title,
        description,
        lambda: load_judge(name, find_generator),
        any_generator=True,
        reads="generator",
        settings=JUDGE_SETTINGS,
    )


def _load_answer_probe() -> RewardModel:
    from pfviz.models.rewards.answer_probe import AnswerProbeReward

    return AnswerProbeReward()


def _control(name: str, title: str, description: str) -> RewardPreset:
    """A reward that knows nothing of mathematics."""
    return RewardPreset(name, f"Control: {title}", description, lambda: load_control(name), any_generator=True)


def _fitted_reward(find_generator: FindGenerator, name: str, title: str, description: str) -> RewardPreset:
    """A reward that `pfviz train-reward` fitted for a published generator; its file ships with pfviz."""

    def load() -> RewardModel:
        made = hidden_state_file.load_hidden_state_reward(fitted_rewards_dir() / f"{name}.safetensors", find_generator)
        made.name = name
        return made

    return RewardPreset(name, title, description, load, any_generator=True, settings=VALUE_SETTINGS)
