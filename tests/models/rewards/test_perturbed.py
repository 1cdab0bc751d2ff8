"""Broken rewards: each does what its name says, exactly or by a fixed draw, and composes with the others."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pfviz
from pfviz.errors import ModelError, SettingError
from pfviz.models.registry import as_reward
from pfviz.models.rewards.confidence import ConfidenceReward
from pfviz.models.rewards.function import FunctionReward
from pfviz.perturbed import capped, inverted, length_bias, noisy
from pfviz.problems.problem import Problem
from pfviz.types import RewardModel, Step, TokenRewards, reads_entropies, token_rewards
from tests.contracts import reward as contract
from tests.contracts import toy

PROBLEM = Problem("toy")


def judge(problem: str, steps: list[str]) -> float:
    return 0.1 + 0.8 * (sum((i + 1) * len(step) for i, step in enumerate(steps)) % 97 / 97)


def log_odds(r: float) -> float:
    return math.log(r / (1 - r))


def odds_to_reward(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def step_of(text: str, finished: bool = False) -> Step:
    return Step(text, (1,) * (2 * len(text) + 1), -1.0, finished, "separator")


def score(model: RewardModel, texts: list[str], slot: int = 0, particles: int = 1, problem: str = "toy") -> float:
    """The reward of one prefix."""
    session = model.open(Problem(problem), particles=particles)
    for text in texts:
        found = session.score({slot: step_of(text)})[slot]
    return found


def noise(texts: list[str], sd: float = 1.0, seed: int = 0, inner=judge) -> float:
    """What `noisy` adds to the log-odds of a prefix."""
    return log_odds(score(noisy(inner, sd, seed), texts)) - log_odds(score(as_reward(inner), texts))


MADE = {
    "noise": (lambda r: noisy(r, 0.5, seed=1), lambda r, t: odds_to_reward(log_odds(r) + noise(t, 0.5, 1))),
    "tokens": (
        lambda r: length_bias(r, per_token=-0.05),
        lambda r, t: odds_to_reward(log_odds(r) - 0.05 * sum(2 * len(text) + 1 for text in t)),
    ),
    "characters": (
        lambda r: length_bias(r, per_character=0.1),
        lambda r, t: odds_to_reward(log_odds(r) + 0.1 * sum(map(len, t))),
    ),
    "cap": (lambda r: capped(r, 0.3, 0.6), lambda r, t: float(np.clip(r, 0.3, 0.6))),
    "inversion": (inverted, lambda r, t: 1 - r),
    "all": (
        lambda r: inverted(capped(length_bias(r, per_token=0.1), high=0.9)),
        lambda r, t: 1 - min(0.9, odds_to_reward(log_odds(r) + 0.1 * sum(2 * len(text) + 1 for text in t))),
    ),
}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_contract(check, name) -> None:
    make, expected = MADE[name]

    def scratch(problem: Problem, steps: list[str]) -> float:
        return expected(judge(problem.text, steps), steps)

    check(contract.Case(lambda: make(judge), PROBLEM, scratch, step=step_of))


def test_a_prefix_is_scored_as_a_whole_where_that_is_asked_for() -> None:
    asked = []

    def whole(problem: str, steps: list[str]) -> float:
        asked.append(steps)
        return 0.25

    session = inverted(whole).open(PROBLEM, particles=1, whole=True)
    session.score({0: step_of("a")})
    assert session.score({0: step_of("b")}) == {0: 0.75}
    assert asked == [["a"], ["a\n\nb"]]


def test_noise_is_gaussian_and_apart_for_every_prefix() -> None:
    """With 4000 draws and fixed seeds. Nine numbers within 4 standard errors, each but once in 16,000, and Kolmogorov's
    distance three times below 2.5 / √n, each but once in 130,000: other seeds would fail once in 1,700."""
    n = 4000
    texts = [[f"{i}"] for i in range(n)]
    first = np.array([noise(t, 0.5) for t in texts])
    after = np.array([noise([*t, "next"], 0.5) for t in texts])
    other = np.array([noise(t, 0.5, seed=1) for t in texts])
    for found in (first, after, other):
        assert abs(found.mean()) < 4 * 0.5 / math.sqrt(n)
        assert abs(found.var() / 0.25 - 1) < 4 * math.sqrt(2 / n)
        normal = np.array([0.5 * (1 + math.erf(x / 0.5 / math.sqrt(2))) for x in np.sort(found)])
        assert np.abs(normal - (np.arange(n) + 0.5) / n).max() < 2.5 / math.sqrt(n)
    for pair in ((first, after), (first, other), (first[1:], first[:-1])):
        assert abs(np.corrcoef(*pair)[0, 1]) < 4 / math.sqrt(n)


def test_the_noise_of_noise_is_independent() -> None:
    """4 standard errors of 2000 draws with a fixed seed: a false alarm once in 16,000."""
    n = 2000
    once = noisy(judge, 1.0)
    inner = np.array([noise([f"{i}"]) for i in range(n)])
    outer = np.array([noise([f"{i}"], inner=once) for i in range(n)])
    assert abs(np.corrcoef(inner, outer)[0, 1]) < 4 / math.sqrt(n)


def test_the_same_prefix_has_the_same_noise_in_every_slot_session_and_order() -> None:
    model = noisy(judge, 2.0)
    expected = score(model, ["a", "b"])
    assert {score(model, ["a", "b"], slot, 5) for slot in range(5)} == {expected}
    session = model.open(PROBLEM, particles=3)
    session.score({2: step_of("a"), 0: step_of("z")})
    session.select(np.array([2, 2, 0]))
    assert session.score({1: step_of("b"), 0: step_of("b")}) == {0: expected, 1: expected}


def test_other_prefixes_have_other_noise_wherever_their_steps_end() -> None:
    seen = {noise(texts) for texts in (["ab"], ["a", "b"], ["", "ab"], ["ab", ""], ["a\n\nb"], ['a", "b'], ["\ud800"])}
    assert len(seen) == 7
    flat = FunctionReward(lambda problem, steps: 0.5)
    assert score(noisy(flat, 1.0), ["a"], problem="toy") != score(noisy(flat, 1.0), ["a"], problem="other")


@given(st.floats(0, 5), st.text(max_size=5))
def test_noise_is_proportional_to_its_deviation(sd, text) -> None:
    assert noise([text], sd) == pytest.approx(sd * noise([text]), abs=1e-6)


@given(st.floats(0, 1), st.floats(-50, 50))
def test_no_shift_leaves_the_range(r, slope) -> None:
    assert 0 <= score(length_bias(lambda problem, steps: r, per_token=slope), ["a" * 300]) <= 1


@pytest.mark.parametrize("r", [0.0, 1.0])
def test_a_certain_reward_can_be_moved(r) -> None:
    """Its log-odds are those that the weights take it for: of 1e-7 or 1 - 1e-7."""
    by = 20 if r == 0 else -20
    moved = score(length_bias(lambda problem, steps: r, per_character=by), ["a"])
    assert log_odds(moved) == pytest.approx(log_odds(1e-7) * (1 if r == 0 else -1) + by, abs=1e-5)
    assert score(noisy(lambda problem, steps: r, 0.0), ["a"]) == pytest.approx(r, abs=1.1e-7)


def test_twice_inverted_is_as_it_was() -> None:
    for text in ("a", "bb", "ccc"):
        assert score(inverted(inverted(judge)), [text]) == pytest.approx(judge("", [text]))


def test_the_order_of_changes_matters_and_the_name_has_it() -> None:
    one, other = inverted(capped(judge, high=0.4)), capped(inverted(judge), high=0.4)
    assert one.name == "judge + cap 0 to 0.4 + inversion"
    assert other.name == "judge + inversion + cap 0 to 0.4"
    assert score(one, ["a" * 80]) == 0.6
    assert score(other, ["a"]) == 0.4


def test_names_say_what_was_done() -> None:
    assert noisy(judge, 0.5).name == "judge + noise 0.5"
    assert noisy(judge, 0.5, seed=7).name == "judge + noise 0.5 (seed 7)"
    assert length_bias(judge, per_token=0.02).name == "judge + 0.02 per token"
    assert length_bias(judge, per_character=-0.1).name == "judge + -0.1 per character"
    assert noisy("confidence", 1).name == "confidence + noise 1"
    assert isinstance(noisy(judge, 0.5), RewardModel)


def test_a_model_by_name_by_itself_or_a_function() -> None:
    assert inverted("confidence-min").reward is pfviz.models.registry.get_reward("confidence-min")
    own = ConfidenceReward("sum")
    assert inverted(own).reward is own
    with pytest.raises(ModelError, match="There is no reward model named 'nobody'"):
        inverted("nobody")
    with pytest.raises(ModelError, match="The reward is int"):
        inverted(3)


def test_what_a_reward_model_asks_for_and_says_passes_through() -> None:
    assert reads_entropies(capped(noisy("confidence-entropy", 1.0)))
    assert not reads_entropies(noisy("confidence", 1.0))

    class Talking(FunctionReward):
        def open(self, problem, *, particles, whole=False):
            session = super().open(problem, particles=particles)
            session.notes = ["Out of memory."]
            return session

    trace = pfviz.run("toy", particles=3, generator=toy.ToyGenerator(), reward=inverted(capped(Talking(toy.reward))))
    assert [note.text for note in trace.notes] == ["Out of memory."]


@pytest.mark.parametrize("make", [make for make, _ in MADE.values()], ids=MADE)
def test_what_is_no_reward_is_not_made_one(make) -> None:
    assert math.isnan(score(make(lambda problem, steps: math.nan), ["a"]))
    assert score(make(lambda problem, steps: math.inf), ["a"]) == math.inf

    class Outside(FunctionReward):
        def open(self, problem, *, particles, whole=False):
            session = super().open(problem, particles=particles)
            session.score = lambda steps: dict.fromkeys(steps, 1.5)
            return session

    with pytest.raises(ModelError, match=r"scored a step as 1\.5"):
        pfviz.run("toy", particles=3, generator=toy.ToyGenerator(), reward=make(Outside(toy.reward)))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: noisy(judge, -0.5), "sd is -0.5; it must be a finite number of 0 or more"),
        (lambda: noisy(judge, math.inf), "sd is inf"),
        (lambda: noisy(judge, "much"), "sd is 'much'"),
        (lambda: noisy(judge, 1.0, seed=-1), "seed of the noise is -1"),
        (lambda: noisy(judge, 1.0, seed=1.5), "seed of the noise is 1.5"),
        (lambda: length_bias(judge), "either per_token or per_character"),
        (lambda: length_bias(judge, per_token=0.1, per_character=0.1), "either per_token or per_character"),
        (lambda: length_bias(judge, per_token=math.nan), "per_token is nan; it must be a finite number"),
        (lambda: capped(judge, 0.6, 0.4), "bounds are 0.6 and 0.4"),
        (lambda: capped(judge, high=1.5), "bounds are 0 and 1.5"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(make, said) -> None:
    with pytest.raises(SettingError, match=said):
        make()


def test_it_goes_to_another_process() -> None:
    model = noisy(length_bias(toy.reward, per_token=0.1), 0.5)
    assert score(pickle.loads(pickle.dumps(model)), ["a"]) == score(model, ["a"])


def test_an_inverted_reward_turns_the_weights_over() -> None:
    """With the same draws the odds of every first step are the reciprocal of what they were."""
    settings = {"particles": 8, "seed": 5, "generator": toy.ToyGenerator()}
    plain = pfviz.run("toy", reward=toy.reward, **settings)
    turned = pfviz.run("toy", reward=inverted(toy.reward), **settings)
    assert plain.token_ids[0] == turned.token_ids[0]
    expected = 1 / plain.weights[0]
    assert turned.weights[0] == pytest.approx(expected / expected.sum())
    assert plain.weights[0].argmax() == turned.weights[0].argmin()


def test_a_cap_below_every_reward_leaves_the_generator_alone() -> None:
    trace = pfviz.run("toy", particles=8, generator=toy.ToyGenerator(), reward=capped(toy.reward, high=0.2))
    assert trace.ess == pytest.approx(8)
    assert trace.weights == pytest.approx(1 / 8)


def test_a_length_bias_tilts_the_weights_by_the_length() -> None:
    """The log-odds of first steps differ from those without it by their tokens alone."""

    def two(problem: str, steps: list[str]) -> float:
        return 0.5

    class Wordy(toy.ToySession):
        def extend(self, active, step, given=None):
            *counts, steps = super().extend(active, step)
            yield from counts
            yield {n: Step(s.text, s.token_ids * (n + 1), s.log_prob, s.finished, s.end) for n, s in steps.items()}

    class Generator(toy.ToyGenerator):
        def open(self, problem, *, particles, seed, sampling):
            return Wordy(particles, seed)

    trace = pfviz.run("toy", particles=5, generator=Generator(), reward=length_bias(two, per_token=0.3))
    assert np.diff(trace.log_weights[0]) == pytest.approx(0.3)


class Speaks:
    """A reward model that speaks after each character."""

    name = "speaks"

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> Speaks:
        return self

    def score(self, steps):
        self.token_rewards = {slot: TokenRewards((1, 2), (0.2, 0.9)) for slot in steps}
        return dict.fromkeys(steps, 0.8)

    def select(self, ancestors) -> None:
        pass


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (inverted, (0.8, 0.1)),
        (lambda r: capped(r, 0.3, 0.6), (0.3, 0.6)),
        (lambda r: capped(inverted(r), high=0.5), (0.5, 0.1)),
        (lambda r: noisy(r, 0.5), None),
        (lambda r: length_bias(r, per_token=0.1), None),
        (lambda r: inverted(noisy(r, 0.5)), None),
    ],
    ids=["inverted", "capped", "both", "noise", "length", "inverted noise"],
)
def test_what_is_said_of_tokens_is_changed_likewise_where_the_change_knows_no_text(make, expected) -> None:
    session = make(Speaks()).open(PROBLEM, particles=2)
    session.score({1: step_of("ab")})
    assert token_rewards(session) == ({} if expected is None else {1: TokenRewards((1, 2), pytest.approx(expected))})
