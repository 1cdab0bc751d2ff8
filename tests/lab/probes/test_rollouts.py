"""Values by rollouts, against the exact probabilities of a language that can be enumerated."""

from __future__ import annotations

import itertools
import math

import pytest

import pfviz
from pfviz.errors import LabError
from pfviz.lab.probes.rollouts import estimate_value, value_tree
from pfviz.lab.probes.values import PrefixValue, RolloutProgress, TreeValues, next_prefix
from pfviz.models.remote.parse_step import FAILED_STEP
from tests.lab.probes.answering import AnsweringToy, letters, probability, reward

TRACE = pfviz.run("toy", particles=8, seed=2, generator=AnsweringToy(), reward=reward, truth="c", temperature=1.0)


def open_uids() -> list[int]:
    return [int(uid) for uid in TRACE.uids[TRACE.written & ~TRACE.finished]]


def test_the_value_of_a_prefix_is_its_probability_of_being_right() -> None:
    """With 1,000 rollouts of each of the distinct unfinished prefixes within four standard deviations: a false alarm
    has odds of 6 in 100,000 for each, were the seed drawn afresh."""
    prefixes = {letters(TRACE, uid): uid for uid in open_uids()}
    assert len(prefixes) >= 3
    for prefix, uid in prefixes.items():
        *_, found = estimate_value(TRACE, uid, 1000, generator=AnsweringToy(), seed=5)
        p = probability(prefix, "c")
        assert isinstance(found, PrefixValue)
        assert found.rollouts == 1000
        assert abs(found.value - p) < 4 * math.sqrt(p * (1 - p) / 1000)
        assert found.reward == TRACE.rewards[TRACE.node(uid)]


def test_one_session_and_no_given_step_is_drawn_again() -> None:
    uid = next(uid for uid in open_uids() if len(letters(TRACE, uid)) == 2)
    generator = AnsweringToy()
    *between, found = estimate_value(TRACE, uid, 6, generator=generator)
    assert (generator.sessions, generator.drawn) == (1, 6)  # of three steps two are given
    assert all(isinstance(item, RolloutProgress) for item in between)
    assert between
    assert isinstance(found, PrefixValue)
    assert found.tokens == 6


def test_batches_add_up_to_the_value() -> None:
    uid = next(uid for uid in open_uids() if len(letters(TRACE, uid)) == 1)
    found = [
        item
        for item in estimate_value(TRACE, uid, 20, batch=8, generator=AnsweringToy())
        if isinstance(item, PrefixValue)
    ]
    assert [value.rollouts for value in found] == [8, 16, 20]
    assert all(0 <= now.right - before.right <= 8 for before, now in itertools.pairwise(found))
    stopped = [False]
    coming = estimate_value(TRACE, uid, 20, batch=8, generator=AnsweringToy(), stop=lambda: stopped[0])
    while not isinstance(next(coming), PrefixValue):
        pass
    stopped[0] = True
    assert not [item for item in coming if isinstance(item, PrefixValue)]
    with pytest.raises(LabError, match="batch is 0"):
        estimate_value(TRACE, uid, 20, batch=0, generator=AnsweringToy())


def test_what_is_known_of_a_prefix_is_counted_in() -> None:
    uid = next(uid for uid in open_uids() if len(letters(TRACE, uid)) == 1)
    *_, one = estimate_value(TRACE, uid, 20, generator=AnsweringToy(), seed=1)
    *_, two = estimate_value(TRACE, uid, 30, generator=AnsweringToy(), seed=2)
    *_, both = estimate_value(TRACE, uid, 30, generator=AnsweringToy(), seed=2, known=one)
    assert isinstance(one, PrefixValue)
    assert isinstance(two, PrefixValue)
    assert (both.right, both.rollouts, both.tokens) == (one.right + two.right, 50, one.tokens + two.tokens)
    finished = int(TRACE.uids[-1, 0])
    (exact,) = estimate_value(TRACE, finished, 4, generator=AnsweringToy(), known=PrefixValue((finished,), 0.5, 3, 9))
    assert exact.exact
    assert exact.rollouts == 1


def test_a_budget_goes_where_what_is_known_leaves_most_open() -> None:
    """A prefix that is known well gets nothing of a small budget that would have begun with it."""
    fresh = list(value_tree(TRACE, 8, generator=AnsweringToy(), seed=1))[-1]
    assert isinstance(fresh, TreeValues)
    assert fresh.latest is not None
    first = fresh.values[fresh.latest]
    known = {first.uids[-1]: PrefixValue((first.uids[-1],), 0.5, 500, 1000, 7)}
    after = list(value_tree(TRACE, 8, generator=AnsweringToy(), seed=2, known=known))[-1]
    assert isinstance(after, TreeValues)
    assert after.latest != fresh.latest
    there = after.values[fresh.latest]
    assert (there.right, there.rollouts, there.tokens) == (500, 1000, 7)
    assert after.rollouts_spent == 8, "what was known has cost nothing now"


def test_a_rollout_that_could_not_be_written_is_left_out() -> None:
    class Failing(AnsweringToy):
        def open(self, problem, *, particles, seed, sampling):
            session = super().open(problem, particles=particles, seed=seed, sampling=sampling)
            extend = session.extend

            def failing(active, step, given):
                for item in extend(active, step, given):
                    fails = not isinstance(item, int) and step == 1
                    yield {**item, 0: FAILED_STEP, 3: FAILED_STEP} if fails else item

            session.extend = failing
            return session

    uid = next(uid for uid in open_uids() if len(letters(TRACE, uid)) == 1)
    *_, found = estimate_value(TRACE, uid, 6, generator=Failing())
    assert isinstance(found, PrefixValue)
    assert found.rollouts == 4
    *_, without = estimate_value(TRACE, uid, 6, generator=AnsweringToy())
    assert isinstance(without, PrefixValue)
    assert found.right <= without.right


def test_the_seed_decides() -> None:
    def counts(seed: int) -> list[int]:
        return [
            list(estimate_value(TRACE, uid, 40, generator=AnsweringToy(), seed=seed))[-1].right
            for uid in open_uids()[:4]
        ]

    assert counts(0) == counts(0)
    assert counts(0) != counts(1)


def test_a_whole_solution_has_its_value_without_any_rollout() -> None:
    generator = AnsweringToy()
    for t in range(TRACE.steps):
        for n in range(8):
            if TRACE.written[t, n] and TRACE.finished[t, n]:
                uid = int(TRACE.uids[t, n])
                (found,) = estimate_value(TRACE, uid, generator=generator)
                assert isinstance(found, PrefixValue)
                assert (found.exact, found.value) == (True, float(letters(TRACE, uid).endswith("c")))
                assert found.interval == (found.value, found.value)
    assert generator.sessions == 0


def test_at_the_step_limit_no_answer_can_follow() -> None:
    trace = pfviz.run("toy", particles=4, generator=AnsweringToy(), reward=reward, truth="c", max_steps=1)
    uid = int(trace.uids[0][~trace.finished[0]][0])
    (found,) = estimate_value(trace, uid, generator=AnsweringToy())
    assert isinstance(found, PrefixValue)
    assert (found.exact, found.value) == (True, 0.0)


def test_a_budget_is_spent_by_the_rule() -> None:
    updates = [x for x in value_tree(TRACE, 100, batch=8, generator=AnsweringToy()) if isinstance(x, TreeValues)]
    first, last = updates[0], updates[-1]
    assert (first.rollouts_spent, first.latest) == (0, None)
    assert (last.rollouts_spent, sum(value.rollouts for value in last.values if not value.exact)) == (100, 100)
    assert [update.rollouts_spent for update in updates] == [*range(0, 100, 8), 100]
    masses = [sum(8 * TRACE.weights[TRACE.node(uid)] for uid in value.uids) for value in first.values]
    for before, after in itertools.pairwise(updates):
        assert after.latest == next_prefix(before.values, masses)
        changed = [i for i, (a, b) in enumerate(zip(before.values, after.values, strict=True)) if a != b]
        assert changed == [after.latest]
    assert all(value.rollouts for value in last.values)
    assert set(last.by_uid) == set(TRACE.uids[TRACE.written])


def test_the_values_of_a_tree_are_its_probabilities() -> None:
    """Of some 600 rollouts of each prefix; odds of a false alarm as above."""
    *_, last = value_tree(TRACE, 3000, batch=100, generator=AnsweringToy(), seed=1)
    assert isinstance(last, TreeValues)
    for value in last.values:
        p = probability(letters(TRACE, value.uids[0]), "c")
        if not value.exact:
            assert value.rollouts >= 200
            assert abs(value.value - p) < 4 * math.sqrt(p * (1 - p) / value.rollouts)


def test_batches_of_one_prefix_have_randomness_of_their_own() -> None:
    updates = [x for x in value_tree(TRACE, 400, batch=10, generator=AnsweringToy()) if isinstance(x, TreeValues)]
    won: dict[int, list[int]] = {}
    for before, after in itertools.pairwise(updates):
        assert after.latest is not None
        won.setdefault(after.latest, []).append(after.values[after.latest].right - before.values[after.latest].right)
    assert any(len(set(counts)) > 2 for counts in won.values())


def test_stopped_in_a_batch_the_last_update_holds() -> None:
    asked = iter(range(10**6))
    stopped = list(value_tree(TRACE, 100, batch=8, generator=AnsweringToy(), stop=lambda: next(asked) >= 60))
    whole = list(value_tree(TRACE, 100, batch=8, generator=AnsweringToy()))
    assert isinstance(stopped[-1], RolloutProgress)
    assert stopped == whole[: len(stopped)]
    assert not list(estimate_value(TRACE, open_uids()[0], generator=AnsweringToy(), stop=lambda: True))


def test_closing_closes_the_session() -> None:
    closed = []

    class Watched(AnsweringToy):
        def open(self, problem, *, particles, seed, sampling):
            session = super().open(problem, particles=particles, seed=seed, sampling=sampling)
            extend = session.extend

            def watched(*args):
                try:
                    yield from extend(*args)
                finally:
                    closed.append(True)

            session.extend = watched
            return session

    rolling = value_tree(TRACE, 100, generator=Watched())
    assert isinstance(next(rolling), TreeValues)
    assert isinstance(next(rolling), RolloutProgress)
    assert not closed
    rolling.close()  # type: ignore[attr-defined]
    assert closed == [True]


def test_errors_say_what_to_do() -> None:
    unknown = pfviz.run("toy", particles=4, generator=AnsweringToy(), reward=reward)
    with pytest.raises(LabError, match="true answer of this problem is not known"):
        estimate_value(unknown, 0, generator=AnsweringToy())
    with pytest.raises(LabError, match="no node 999"):
        estimate_value(TRACE, 999, generator=AnsweringToy())
    with pytest.raises(LabError, match="rollouts is 0"):
        estimate_value(TRACE, 0, 0, generator=AnsweringToy())
    with pytest.raises(LabError, match="budget is -1"):
        value_tree(TRACE, -1, generator=AnsweringToy())
    with pytest.raises(LabError, match="Give a temperature above 0"):
        value_tree(TRACE, 8, generator=AnsweringToy(), temperature=0)
    with pytest.raises(LabError, match="takes no text"):
        estimate_value(TRACE, 0, text="b", generator=AnsweringToy())
    other = AnsweringToy()
    other.name = "other"  # type: ignore[misc]
    with pytest.raises(LabError, match="written by 'toy'"):
        estimate_value(TRACE, 0, generator=other)


def test_an_edited_prefix_of_the_embedded_pair() -> None:
    """What is right by then ends right more often than what is wrong: with 12 rollouts each, the odds of a false alarm
    are below one in a million for values of 0.9 and 0.1."""
    trace = pfviz.run("Compute (12 + 7) * 3 - 45", particles=2, seed=1, temperature=1.0)
    values = []
    for text in ("12 + 7 = 19, so we have 19 * 3 - 45.", "12 + 7 = 18, so we have 18 * 3 - 45."):
        *_, found = estimate_value(trace, 0, 12, text=text)
        assert isinstance(found, PrefixValue)
        assert math.isnan(found.reward)
        values.append(found.value)
    assert values[0] > values[1]
