"""Endpoints and their file: what is taken, what is refused and how that is said, and where a key may be."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import pfviz
from pfviz.errors import EndpointError, ModelError
from pfviz.models import registry
from pfviz.models.remote.config_file import ENDPOINTS_VARIABLE, find_endpoint, read_endpoints
from pfviz.models.remote.endpoint import Endpoint
from tests.models.remote import fake

LOCAL = {"name": "local", "url": "http://localhost:8000/v1/", "model": "m"}
KEY = "sk-test-0123456789"


def write(folder: Path, content: Any) -> Path:
    path = folder / "endpoints.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_list_and_an_object_by_name_are_the_same(tmp_path: Path) -> None:
    judge = {"name": "judge", "url": "https://there", "model": "prm", "kind": "reward", "separator": "<extra_0>"}
    listed = read_endpoints(write(tmp_path, [LOCAL, judge]))
    by_name = {entry["name"]: {k: v for k, v in entry.items() if k != "name"} for entry in (LOCAL, judge)}
    assert read_endpoints(write(tmp_path, by_name)) == listed
    assert list(listed) == ["local", "judge"]
    assert (listed["local"].root, listed["local"].route) == ("http://localhost:8000", "chat")
    assert (listed["judge"].root, listed["judge"].route) == ("https://there", "pooling")


def test_the_document_has_every_field_and_an_example_that_is_taken(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "endpoints.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", text, flags=re.MULTILINE))
    told = {name: default.strip("`") for name, default in table.items() if name in {f.name for f in fields(Endpoint)}}
    usual = Endpoint(**LOCAL)
    required = {"name": "the key in the object", "url": "-", "model": "-", "separator": "a blank line"}
    plain = {f.name: getattr(usual, f.name) for f in fields(Endpoint) if f.name not in required}
    shown = {name: "null" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
             for name, value in plain.items()}  # fmt: skip
    assert told == required | shown
    (example,) = re.findall(r"```json\n(.*?)```", text, flags=re.DOTALL)
    found = read_endpoints(write(tmp_path, example))
    assert {name: endpoint.route for name, endpoint in found.items()} == {"qwen": "completions", "prm": "pooling"}


def test_a_prompt_of_its_own_means_completions() -> None:
    assert Endpoint(**LOCAL, prompt="Q: {problem}").route == "completions"
    assert Endpoint(**LOCAL, prompt="Q: {problem}", api="chat").route == "chat"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", 3),
        ("url", "localhost:8000"),
        ("url", "ftp://there"),
        ("url", "http://user:secret-word@there"),
        ("url", "http://there?key=secret-word"),
        ("url", "http://[secret-word"),
        ("model", None),
        ("kind", "judge"),
        ("api", "pooling"),
        ("api", []),
        ("dialect", "vLLM"),
        ("separator", ""),
        ("system", 1),
        ("prompt", "no place for it"),
        ("output", "scores"),
        ("timeout", 0),
        ("timeout", True),
        ("timeout", float("nan")),
        ("timeout", 10**400),
        ("retries", -1),
        ("retries", 1.5),
        ("concurrency", 0),
        ("key_env", "sk-secret-word"),
        ("extra", ["secret-word"]),
    ],
)
def test_a_wrong_field_is_named(field: str, value: Any) -> None:
    with pytest.raises(EndpointError, match=f"^{field}: expected ") as caught:
        Endpoint(**{**LOCAL, field: value})
    assert caught.value.field == field
    assert "secret-word" not in str(caught.value)
    assert isinstance(caught.value, ModelError)


def test_completions_need_a_prompt() -> None:
    with pytest.raises(EndpointError, match=r"^prompt: expected a text with {problem} in it"):
        Endpoint(**LOCAL, api="completions")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", ": not JSON"),
        ("[" * 100_000, ": not JSON"),
        ('"x"', ": expected a list of endpoints"),
        ([LOCAL, 3], ", endpoint 2: expected an object"),
        ([{"name": "x", "url": "http://there"}], ", endpoint 1, model: missing"),
        ([{**LOCAL, "key": "x"}], ", endpoint 1, 'key': unknown; there are api, "),
        ([LOCAL, {**LOCAL, "name": "b", "retries": "3"}], ", endpoint 2, retries: expected an integer from 0 to 20"),
        ([LOCAL, LOCAL], ", endpoint 2, name: 'local' stands there twice"),
        (" " * 1_000_001, ": a file of endpoints has at most 1,000,000 bytes"),
    ],
)
def test_a_damaged_file_is_refused_by_its_place(tmp_path: Path, content: Any, said: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(EndpointError) as caught:
        read_endpoints(path)
    assert str(caught.value).startswith(str(path) + said)


def test_an_unknown_name_is_refused_with_those_that_there_are(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv(ENDPOINTS_VARIABLE, raising=False)
    with pytest.raises(EndpointError, match=ENDPOINTS_VARIABLE):
        find_endpoint("endpoint:local", "generator")
    monkeypatch.setenv(ENDPOINTS_VARIABLE, str(tmp_path / "none.json"))
    with pytest.raises(EndpointError, match=r"none\.json.*cannot be read"):
        find_endpoint("endpoint:local", "generator")
    monkeypatch.setenv(ENDPOINTS_VARIABLE, str(write(tmp_path, [LOCAL])))
    with pytest.raises(EndpointError, match=r"no generator named 'locl'.*endpoint:local"):
        registry.generator_preset("endpoint:locl")
    with pytest.raises(EndpointError, match=r"no reward named 'local'.*: none"):
        registry.reward_preset("endpoint:local")


def test_a_run_by_names_records_them_and_goes_on_by_them(tmp_path: Path, monkeypatch) -> None:
    with fake.serving() as server:
        judge = {"kind": "reward", "separator": "<extra_0>", "prompt": fake.PROMPT}
        common = {"url": server.url, "model": fake.MODEL}
        file = {"toy run": {**common, "prompt": fake.PROMPT}, "judge": {**common, **judge}}
        monkeypatch.setenv(ENDPOINTS_VARIABLE, str(write(tmp_path, file)))
        names = {"generator": "endpoint:toy run", "reward": "endpoint:judge"}
        trace = pfviz.run("any problem at all", particles=4, max_steps=3, seed=2, **names)
        assert {"generator": trace.generator, "reward": trace.reward} == names
        assert [note.text for note in trace.notes if note.step == 0] == [
            "endpoint:toy run is the model 'toy-model', asked for completions.",
            "endpoint:toy run is not asked for log-probabilities, which the reward does not read.",
            "endpoint:judge is the model 'toy-model', asked for pooling.",
        ]
        again = pfviz.resume(trace.upto(1))
        assert again.texts == trace.texts
        assert again.token_ids == trace.token_ids
        assert again.rewards.tolist() == trace.rewards.tolist()


def test_a_key_is_read_when_it_is_needed_and_sent_as_a_header(monkeypatch) -> None:
    from pfviz.models.remote.generator import RemoteGenerator
    from pfviz.problems.problem import Problem
    from pfviz.types import Sampling

    with fake.serving() as server:
        generator = RemoteGenerator(server.endpoint(key_env="TOY_KEY"))
        start = {"particles": 1, "seed": 0, "sampling": Sampling()}
        with pytest.raises(EndpointError, match="TOY_KEY, which is not set"):
            generator.open(Problem("x"), **start)
        monkeypatch.setenv("TOY_KEY", f"{KEY}\n")
        list(generator.open(Problem("x"), **start).extend([0], 0))
        assert server.headers[-1]["authorization"] == f"Bearer {KEY}"
        monkeypatch.setenv("TOY_KEY", "ключ-от-всего")
        with pytest.raises(EndpointError, match="no header can carry") as caught:
            generator.open(Problem("x"), **start)
        assert "ключ" not in str(caught.value)
