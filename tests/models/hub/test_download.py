"""Models that come from a Hub: a real client downloads them from one of our own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pfviz.errors import ModelError
from pfviz.models.hub import download
from pfviz.resources import weights_dir
from tests.models.hub import hub

RUN = """
import json, sys
import pfviz
from pfviz.models.hub import download, published
told = []
for name in ("lab/nothing", "lab/secret"):
    try:
        published.load_published_generator(name)
    except pfviz.errors.ModelError as error:
        told.append(str(error))
before = download.downloaded_gigabytes("lab/tiny")
trace = pfviz.run("1 + 2", particles=2, seed=3, generator="lab/tiny", reward="lab/prm")
after = download.downloaded_gigabytes("lab/tiny")
print(json.dumps([told, before, download.expected_gigabytes("lab/tiny"), after, trace.generator, trace.steps]))
"""


def test_models_are_downloaded_and_run(tmp_path: Path) -> None:
    # In a process of its own: the client reads its address when it is imported.
    models = {"lab/tiny": weights_dir() / "generator", "lab/prm": weights_dir() / "reward"}
    with hub.serve(models, gated=frozenset({"lab/secret"})) as address:
        environment = {**os.environ, "HF_ENDPOINT": address, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "0"}
        done = subprocess.run(
            [sys.executable, "-c", RUN], env=environment, capture_output=True, text=True, timeout=600, check=False
        )
    assert done.returncode == 0, done.stderr
    (missing, gated), before, expected, after, name, steps = json.loads(done.stdout.splitlines()[-1])
    assert missing.startswith("There is no model 'lab/nothing'")
    assert gated.startswith("lab/secret is gated")
    weights = (models["lab/tiny"] / "model.safetensors").stat().st_size / 1e9
    assert before == 0
    assert expected == pytest.approx(weights)
    assert weights < after < 1.2 * weights
    assert name == "lab/tiny"
    assert steps >= 1


@pytest.mark.parametrize(
    ("raised", "said"),
    [(OSError("Name or service not known"), "does not answer"), (ValueError("odd"), "does not answer")],
)
def test_no_network_is_said_at_once(raised: Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def model_info(*_: Any, **__: Any) -> Any:
        raise raised

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", model_info)
    with pytest.raises(ModelError, match=said):
        download.expected_gigabytes("somebody/something")


def test_a_name_that_is_none_is_said() -> None:
    with pytest.raises(ModelError, match="does not load"):
        download.expected_gigabytes("a b/c d")
