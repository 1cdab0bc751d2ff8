"""A trace comes back as it went, and nothing else comes in."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pfviz
from pfviz.diagnostics.rewards.reweighing import recorded_settings
from pfviz.errors import TraceError
from pfviz.trace import Trace, dumps, load, loads
from pfviz.trace.schema import FIELDS, Field
from tests.contracts import toy
from tests.traces import synthetic_events, synthetic_trace

SMALL = json.loads(dumps(synthetic_trace(particles=4, steps=4, seed=4)))


def changed(name: str, value: Any, *place: int) -> str:
    data = copy.deepcopy(SMALL)
    target, key = data, name
    for index in place:
        target, key = target[key], index  # type: ignore[assignment]
    target[key] = value
    return json.dumps(data)


def said(ends: list[int]) -> str:
    """The file in which a reward model spoke inside of the first step, at these places."""
    data = json.loads(changed("reward_ends", ends, 0, 0))
    data["token_rewards"][0][0] = [0.5 for _ in ends]
    return json.dumps(data)


@given(
    particles=st.integers(1, 9),
    steps=st.integers(1, 7),
    seed=st.integers(0, 999),
    trigger=st.sampled_from(["always", "ess", "never"]),
    problem=st.text(max_size=40).filter(lambda s: s.isprintable()),
)
@settings(max_examples=30, deadline=None)
def test_round_trip(particles: int, steps: int, seed: int, trigger: str, problem: str) -> None:
    trace = synthetic_trace(particles, steps, seed, trigger, problem=problem)
    again = loads(dumps(trace))
    for field in dataclasses.fields(Trace):
        was, now = getattr(trace, field.name), getattr(again, field.name)
        assert type(was) is type(now), field.name
        same = np.array_equal(was, now, equal_nan=was.dtype.kind == "f") if isinstance(was, np.ndarray) else was == now
        assert same, field.name
        assert getattr(was, "dtype", None) == getattr(now, "dtype", None), field.name


def test_infinite_log_weights_are_written_as_text_and_come_back() -> None:
    log_weights = np.array([[-np.inf, 0.0, np.inf]])
    trace = dataclasses.replace(synthetic_trace(3, 1), log_weights=log_weights)
    text = dumps(trace)
    assert '"log_weights": [["-Infinity", 0.0, "Infinity"]]' in text
    assert loads(text).log_weights.tolist() == log_weights.tolist()


def test_a_run_without_a_step_comes_back() -> None:
    from pfviz.trace import Recorder

    recorder = Recorder()
    recorder.record(next(iter(synthetic_events())))
    assert loads(dumps(recorder.trace())).rewards.shape == (0, 16)


def test_save_and_load(tmp_path: Path) -> None:
    trace = synthetic_trace()
    trace.save(tmp_path / "run.json")
    assert dumps(load(tmp_path / "run.json")) == dumps(trace)
    with pytest.raises(TraceError, match="cannot be read"):
        load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed("rewards", 1.5, 1, 2), r"rewards\[1\]\[2\]: expected number from 0 to 1; found 1.5"),
        (changed("rewards", "high", 1, 2), r'rewards\[1\]\[2\]: expected number from 0 to 1; found "high"'),
        (changed("rewards", True, 0, 0), r"rewards\[0\]\[0\]: expected number from 0 to 1; found true"),
        (changed("rewards", [0.5], 3), r"rewards\[3\]: expected a list of 4 slots; found a list of 1"),
        (changed("rewards", {}), r"rewards: expected a list of 0 to 4096 steps; found an object of 0"),
        (changed("ancestors", 4, 0, 1), r"ancestors\[0\]\[1\]: expected a slot from 0 to 3; found 4"),
        (changed("ancestors", -1, 0, 1), r"ancestors\[0\]\[1\]: expected integer from 0 to 4095; found -1"),
        (changed("ancestors", 0.5, 0, 1), r"ancestors\[0\]\[1\]: expected integer"),
        (changed("ancestors", 0, 3, 3), r"ancestors\[3\]\[3\]: expected the slot itself"),
        (changed("uids", 99, 1, 1), r"uids\[1\]\[1\]: expected t\*N\+n for a new step"),
        (changed("ess", [1.0]), r"ess: expected a list of 4 steps; found a list of 1"),
        (changed("ess", 9.0, 0), r"ess\[0\]: expected at most N = 4; found 9.0"),
        (changed("seconds", 99.0, 0), r"seconds\[1\]: expected no less than the step before"),
        (changed("seconds", -1, 0), r"seconds\[0\]: expected number ≥ 0; found -1"),
        (changed("finished", 1, 0, 0), r"finished\[0\]\[0\]: expected boolean; found 1"),
        (changed("texts", None, 0, 0), r"texts\[0\]\[0\]: expected text; found null"),
        (changed("ends", "tired", 0, 0), r"ends\[0\]\[0\]: expected text, one of .*; found \"tired\""),
        (changed("ends", "", 0, 0), r"ends\[0\]\[0\]: expected why the step ended"),
        (changed("ends", "failed", 0, 0), r"finished\[0\]\[0\]: expected true, as the step failed; found False"),
        (changed("tokens", 1, 0, 0), r"tokens\[0\]\[0\]: expected the length of token_ids; found 1"),
        (changed("token_ids", "abc", 0, 0), r"token_ids\[0\]\[0\]: expected list of integers"),
        (changed("status", "done"), r'status: expected text, one of "running".*; found "done"'),
        (changed("settings", {"particles": 0}), r"settings: expected object of at most 200 settings with an integer"),
        (
            changed("settings", {"particles": 10**9}),
            r"settings: expected object of at most 200 settings with an integer",
        ),
        (changed("settings", []), r"settings: expected object of at most 200 settings with an integer"),
        (changed("token_log_probs", [-1.0], 0, 0), r"token_log_probs\[0\]\[0\]: expected one number for each of"),
        (changed("token_log_probs", ["x"], 0, 0), r"token_log_probs\[0\]\[0\]: expected list of numbers, \"Inf"),
        (changed("token_log_probs", [[-1.0]], 0, 0), r"token_log_probs\[0\]\[0\]: expected list of numbers"),
        (changed("token_log_probs", [], 0, 0), "ok"),
        (changed("entropies", [1.0, 0.0], 0, 0), r"entropies\[0\]\[0\]: expected one number for each of token_ids"),
        (changed("entropies", [-1.0], 0, 0), r"entropies\[0\]\[0\]: expected list of numbers ≥ 0; found a list of 1"),
        (
            changed("token_rewards", [0.5], 0, 0),
            r"token_rewards\[0\]\[0\]: expected one number for each of reward_ends",
        ),
        (changed("token_rewards", [1.5], 0, 0), r"token_rewards\[0\]\[0\]: expected list of numbers from 0 to 1"),
        (changed("reward_ends", [0], 0, 0), r"reward_ends\[0\]\[0\]: expected list of integers from 1 to"),
        (changed("step_labels", 2, 0, 0), r"step_labels\[0\]\[0\]: expected number or null from -1 to 1; found 2"),
        (said([4, 4]), r"reward_ends\[0\]\[0\]: expected rising numbers, none beyond the step's text"),
        (said([4, 999]), r"reward_ends\[0\]\[0\]: expected rising numbers"),
        (said([4, 8]), "ok"),
        (changed("schema_version", 7), r"schema_version: expected integer from 1 to 6; found 7"),
        (changed("log_probs", None, 0, 0), "ok"),
        (changed("log_probs", "unknown", 0, 0), r"log_probs\[0\]\[0\]: expected number or null, \"Infinity\" or"),
        (changed("log_weights", None, 0, 0), r"log_weights\[0\]\[0\]: expected number, .*; found null"),
        (changed("retained", 4), r"retained: expected a slot from 0 to 3; found 4"),
        (changed("pinned", True), r"ancestors\[\d\]\[0\]: expected 0, as slot 0 is pinned"),
        (changed("notes", [{"step": 0, "slots": [4], "text": "x"}]), r"notes\[0\]: expected a step below 4 and slots"),
        (changed("notes", [{"step": 0, "slots": [1]}]), r"notes\[0\]: expected an object with step, slots, text"),
        (changed("notes", "none"), r"notes: expected a list of at most"),
        (changed("swaps", [{"iteration": 0, "chain": 0, "log_ratio": "x", "accepted": True}]), r"swaps\[0\].log_ratio"),
        (changed("earlier", [{"rewards": []}]), r"earlier\[0\].status: is missing"),
        (changed("earlier", 1), r"earlier: expected list of objects with the fields of a sweep; found 1"),
        (changed("versions", {"torch": 2}), r"versions: expected object of at most 200 texts"),
        (changed("log_weights", "Infinite", 0, 0), r"log_weights\[0\]\[0\]: expected number, \"Infinity\" or"),
        (changed("seed", 10**40), "ok"),
        (changed("truth", None), "ok"),
        ('{"hello": 1}', "schema_version: is missing"),
        ('{"schema_version": "x"}', "schema_version: expected integer from 1 to 6"),
        ("[1, 2]", "a trace is a JSON object; found a list of 2"),
        ("", "the file is no JSON"),
        ("{" * 100_000, "no JSON|nested deeper"),
        ("[" * 100_000, "nested deeper"),
        ('{"a": ' + "9" * 5000 + "}", "no JSON"),
        (json.dumps(SMALL).replace('"seed": 4', '"seed": NaN'), "NaN is no JSON"),
        (json.dumps(SMALL)[:-1] + ', "seed": 4}', "'seed': stands twice"),
        (json.dumps(SMALL | {"colour": "red"}), "'colour': is no field"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_with_the_field(text: str, message: str) -> None:
    if message == "ok":
        loads(text)
        return
    with pytest.raises(TraceError, match=message):
        loads(text)


def test_numbers_beyond_floats_and_bytes_beyond_utf8_are_refused() -> None:
    for number in ("1e999", "9" * 400):
        text = re.sub(r'"log_probs": \[\[[^,]+', f'"log_probs": [[{number}', json.dumps(SMALL))
        with pytest.raises(TraceError, match=r"log_probs\[0\]\[0\]"):
            loads(text)
    with pytest.raises(TraceError, match="no JSON"):
        loads(b'{"problem": "\xff\xfe"}')


def refusal(text: str) -> str | None:
    """Why a file is refused; None if it is not."""
    try:
        loads(text)
    except TraceError as error:
        return str(error)
    return None


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
)


@given(field=st.sampled_from(FIELDS), junk=JUNK)
@settings(max_examples=150, deadline=None)
def test_any_field_replaced_is_refused_by_name_or_was_as_good(field: Field, junk: Any) -> None:
    text = changed(field.name, junk)
    message = refusal(text)
    # Another field is named where the replaced one sets the size of all others.
    assert message is None or field.name in message or field.name in ("settings", "rewards")
    assert message is not None or field.name == "schema_version" or json.loads(dumps(loads(text)))[field.name] == junk


@given(
    field=st.sampled_from([f for f in FIELDS if f.shape == "T×N"]), t=st.integers(0, 3), n=st.integers(0, 3), junk=JUNK
)
@settings(max_examples=200, deadline=None)
def test_any_cell_replaced_is_refused_or_still_round_trips(field: Field, t: int, n: int, junk: Any) -> None:
    text = changed(field.name, junk, t, n)
    message = refusal(text)
    assert message is None or re.match(r"[a-z_]+(\[\d+\])+: expected ", message)
    assert message is not None or json.loads(dumps(loads(text))) == json.loads(text)


@given(cut=st.floats(0, 0.999))
@settings(max_examples=30, deadline=None)
def test_a_file_cut_off_is_refused(cut: float) -> None:
    text = dumps(synthetic_trace(particles=4, steps=4, seed=4)).rstrip()
    with pytest.raises(TraceError):
        loads(text[: int(cut * len(text))])


def test_the_document_describes_every_field_and_no_other() -> None:
    document = (Path(__file__).parents[2] / "docs" / "trace-schema.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \| (.+?) \| (.+) \|$", document, re.MULTILINE)
    assert [name for name, *_ in rows] == [field.name for field in FIELDS]
    for (name, shape, kind, meaning), field in zip(rows, FIELDS, strict=True):
        assert (shape, kind) == (field.shape, field.expected), name
        assert len(meaning) > 10, name
    assert {field.name for field in FIELDS} == {field.name for field in dataclasses.fields(Trace)}
    assert f"schema version {SMALL['schema_version']}" in document


def of_version(version: int, data: dict[str, Any]) -> dict[str, Any]:
    """The file as that version of the schema had it."""
    later = {field.name for field in FIELDS if field.since > version}

    def own(data: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in data.items() if name not in later}

    return own(data | {"earlier": [own(sweep) for sweep in data["earlier"]]}) | {"schema_version": version}


LATER = ("token_log_probs", "entropies", "token_rewards", "reward_ends")


def test_a_file_of_the_first_version_is_read() -> None:
    old = of_version(1, SMALL)
    none = [[[] for _ in range(4)] for _ in range(4)]
    assert json.loads(dumps(loads(json.dumps(old)))) == SMALL | dict.fromkeys(LATER, none) | {
        "step_labels": [[None] * 4] * 4
    }
    with pytest.raises(TraceError, match="notes"):
        loads(json.dumps(old | {"notes": [1]}))
    with pytest.raises(TraceError, match="iteration: is missing"):
        loads(json.dumps(old | {"schema_version": 2}))


def test_a_file_of_the_second_version_knows_nothing_of_single_tokens_and_goes_on() -> None:
    pair = {"generator": toy.ToyGenerator(), "reward": toy.reward}
    whole = pfviz.run("toy", method="particle_gibbs", particles=4, iterations=2, max_steps=3, **pair)
    cut = json.loads(dumps(whole.sweep(1).upto(1)))
    assert cut["token_log_probs"][0][0]
    old = loads(json.dumps(of_version(2, cut)))
    for sweep in old.sweeps:
        assert sweep.token_log_probs == sweep.entropies == [[[]] * 4 for _ in range(sweep.steps)]
    again = pfviz.resume(old, **pair)
    assert again.token_ids == whole.token_ids
    assert again.token_log_probs[0] == [[]] * 4
    assert [row[1:] for row in again.token_log_probs[1:]] == [row[1:] for row in whole.token_log_probs[1:]]
    with pytest.raises(TraceError, match="token_log_probs: is missing"):
        loads(json.dumps(of_version(2, cut) | {"schema_version": 3}))


@pytest.mark.parametrize("method", ["particle_gibbs", "parallel_tempering"])
def test_a_run_of_many_sweeps_comes_back(method: str) -> None:
    trace = pfviz.run(
        "toy", generator=toy.ToyGenerator(), reward=toy.reward, method=method, particles=4, iterations=3, max_steps=3
    )
    again = loads(dumps(trace))
    assert dumps(again) == dumps(trace)
    assert len(again.sweeps) == (3 if method == "particle_gibbs" else 9)
    assert again.swaps == trace.swaps
    broken = json.loads(dumps(trace))
    broken["earlier"][1]["ancestors"][0][2] = 9
    with pytest.raises(TraceError, match=r"earlier\[1\]\.ancestors\[0\]\[2\]: expected a slot from 0 to 3; found 9"):
        loads(json.dumps(broken))


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_zero_that_said_unknown_is_read_as_unknown(version: int) -> None:
    """Up to version 4, 0 stood for it; a step whose tokens are told, or that has none, keeps its number."""
    data = json.loads(dumps(synthetic_trace(particles=4, steps=4, seed=4)))
    data["log_probs"][0] = [0.0, 0.0, 0.0, -1.5]
    data["token_log_probs"][0][:2] = [[], [0.0] * data["tokens"][0][1]]
    data["tokens"][0][2], data["token_ids"][0][2], data["token_log_probs"][0][2] = 0, [], []
    data["token_log_probs"][0][3] = []
    read = loads(json.dumps(of_version(version, data)))
    told = version >= 3  # what earlier files do not say of single tokens nobody can know
    assert read.log_probs[0, 1:].tolist() == [0.0 if told else pytest.approx(np.nan, nan_ok=True), 0.0, -1.5]
    assert np.isnan(read.log_probs[0, 0])
    assert (read.log_probs[~read.written] == 0).all()
    again = json.loads(dumps(read))
    assert (again["schema_version"], again["log_probs"][0][0]) == (6, None)
    assert loads(json.dumps(data)).log_probs[0].tolist() == [0.0, 0.0, 0.0, -1.5]  # later ones mean what they say


def test_a_particle_that_only_stays_has_no_unknown_log_probability() -> None:
    trace = synthetic_trace(particles=16, steps=8, seed=4)
    t, n = np.argwhere(~trace.written)[0].tolist()
    data = json.loads(dumps(trace))
    data["log_probs"][t][n] = None
    with pytest.raises(TraceError, match=rf"log_probs\[{t}\]\[{n}\]: expected 0, as the particle was finished before"):
        loads(json.dumps(data))


def test_a_file_with_a_setting_of_a_former_name_opens_goes_on_and_is_shown() -> None:
    pair = {"generator": toy.ToyGenerator(), "reward": toy.reward}
    whole = pfviz.run("toy", particles=4, max_steps=3, seed=2, tau_start_factor=4, **pair)
    data = json.loads(dumps(whole.upto(1)))
    data["settings"]["warmth"] = data["settings"].pop("tau_start_factor")
    old = loads(json.dumps(data))
    assert old.settings == whole.settings
    assert pfviz.resume(old, **pair).log_weights.tolist() == whole.log_weights.tolist()
    assert recorded_settings(old).tau_start_factor == 4
    # An old trace in memory, as a pickle of it may be.
    assert recorded_settings(dataclasses.replace(old, settings=data["settings"])).tau_start_factor == 4
    data["settings"]["tau_start_factor"] = 1.0
    with pytest.raises(TraceError, match=r"settings: .* leave out warmth"):
        loads(json.dumps(data))


def test_a_particle_that_only_stays_has_no_label() -> None:
    trace = synthetic_trace(particles=16, steps=8, seed=4)
    data = json.loads(dumps(trace))
    t, n = map(int, np.argwhere(~trace.written)[0])
    data["step_labels"][t][n] = 1
    with pytest.raises(TraceError, match=rf"step_labels\[{t}\]\[{n}\]: expected null, as the particle was finished"):
        loads(json.dumps(data))
