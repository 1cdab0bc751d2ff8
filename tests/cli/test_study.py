"""`pfviz study`, with invented outcomes in place of models."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pfviz.cli import main
from pfviz.inference.settings import Settings
from pfviz.models.rewards.confidence import PRESET_NAMES
from pfviz.study import process_pool, ray_cluster
from pfviz.study.models import Pair
from pfviz.study.plan import Job, Unit
from pfviz.study.result import load
from pfviz.study.run_job import Outcome
from tests.study.outcomes import outcome

SMALL = ("--methods", "particle_filtering,dvts,greedy", "--budgets", "1,4", "--problems", "3", "--seeds", "2")


class Workers:
    """In the place of an executor: keeps what it was given, and breaks off after `patience` jobs."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.given: tuple[Any, ...] = ()
        self.patience = 10_000

    def run(self, jobs: Iterable[Job], common: Settings, pair: Pair, *given: Any) -> Iterator[list[Outcome]]:
        self.given = (common, pair, *given)
        for done, job in enumerate(jobs):
            if done == self.patience:
                raise KeyboardInterrupt
            self.jobs.append(job)
            yield [outcome(unit, unit.budget > unit.problem) for unit in job.units]

    @property
    def units(self) -> list[Unit]:
        return [unit for job in self.jobs for unit in job.units]


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    found = Workers()
    monkeypatch.setattr(process_pool, "run_jobs", found.run)
    return found


def call(out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["study", "--out", str(out), *arguments])


def kept(out: Path) -> list[Unit]:
    lines = (out / "outcomes.jsonl").read_text().splitlines()[1:]
    return [Outcome.from_row(json.loads(line)).unit for line in lines]


def test_a_study_writes_outcomes_tables_and_the_figure(workers: Workers, tmp_path: Path) -> None:
    out = tmp_path / "new" / "study"
    result = call(out, *SMALL)
    assert result.exit_code == 0, result.output
    assert "3 held-out problems" in result.output
    assert kept(out) == workers.units
    assert len(workers.units) == 2 * 3 * 2 * 2 + 3  # greedy: one budget, one seed
    table = load(out / "table.json")
    assert (table.problems, table.seeds, table.methods) == (3, 2, ("particle_filtering", "dvts", "greedy"))
    assert dict(table.curve("dvts"))[4].value == 1.0
    assert dict(table.curve("dvts"))[1].value == pytest.approx(1 / 3)
    with (out / "table.csv").open() as file:
        assert {(row["method"], row["budget"]) for row in csv.DictReader(file)} >= {("dvts", "4"), ("greedy", "1")}
    page = (out / "curve.html").read_text()
    assert "Particle filtering, by vote" in page
    assert "<script src" not in page


def test_the_problems_are_held_out_and_the_models_are_those_asked_for(workers: Workers, tmp_path: Path) -> None:
    from pfviz.tiny.world import held_out_tasks

    call(tmp_path, *SMALL, "--reward", "naive", "--tau", "0.5", "--potential", "score", "--problem-seed", "3",
         "--temperature", "1.1", "--workers", "7", "--aggregation", "product")  # fmt: skip
    tasks = held_out_tasks(3, 3)
    assert {job.problem.text for job in workers.jobs} == {task.text for task in tasks}
    assert {job.problem.truth for job in workers.jobs} == {str(task.answer) for task in tasks}
    common, pair, count = workers.given
    assert (common.tau, common.potential, common.temperature, count) == (0.5, "score", 1.1, 7)
    assert common.aggregation == "product"
    assert (pair.generator.name, pair.reward.name) == ("generator", "naive-reward")
    about = json.loads((tmp_path / "outcomes.jsonl").read_text().splitlines()[0])["about"]
    assert (about["reward"], about["problem_seed"], about["settings"]["tau"]) == ("naive", 3, 0.5)


@pytest.mark.parametrize("reward", ["oracle", *PRESET_NAMES.values()])
def test_the_oracle_and_confidence_need_no_reward_model(reward: str, workers: Workers, tmp_path: Path) -> None:
    assert call(tmp_path, *SMALL, "--reward", reward).exit_code == 0
    assert workers.given[1].reward == reward
    about = json.loads((tmp_path / "outcomes.jsonl").read_text().splitlines()[0])["about"]
    assert about["reward"] == reward
    assert not any(name.startswith("reward/") for name in about["models"])


def test_a_study_of_a_file_records_which(workers: Workers, tmp_path: Path) -> None:
    file = tmp_path / "sums.jsonl"
    file.write_text("".join(f'{{"problem": "Compute {k} + 4", "answer": {k + 4}}}\n' for k in range(1, 5)))
    result = call(tmp_path / "out", *SMALL, "--dataset", str(file))
    assert result.exit_code == 0, result.output
    assert {(job.problem.text, job.problem.truth) for job in workers.jobs} == {
        (f"Compute {k} + 4", str(k + 4)) for k in range(1, 4)
    }
    assert "3 problems of jsonl:sums.jsonl" in " ".join(result.output.split())
    assert "problems of jsonl:sums.jsonl" in (tmp_path / "out" / "curve.html").read_text()
    about = json.loads((tmp_path / "out" / "outcomes.jsonl").read_text().splitlines()[0])["about"]
    assert about["dataset"].startswith("jsonl:sums.jsonl (")
    file.write_text('{"problem": "Compute 1 + 1", "answer": 2}\n' * 4)
    again = call(tmp_path / "out", *SMALL, "--dataset", str(file))
    assert again.exit_code == 2
    assert "in dataset" in " ".join(again.stderr.split())


def test_a_file_of_problems_is_taken_whole_or_up_to_a_limit(workers: Workers, tmp_path: Path) -> None:
    file = tmp_path / "sums.csv"
    file.write_text("problem,answer\n" + "".join(f"Compute {k} + 4,{k + 4}\n" for k in range(1, 6)))
    few = ("--methods", "dvts", "--budgets", "2", "--seeds", "1", "--problems", str(file))
    assert call(tmp_path / "all", *few).exit_code == 0
    assert [job.problem.text for job in workers.jobs] == [f"Compute {k} + 4" for k in range(1, 6)]
    workers.jobs.clear()
    assert call(tmp_path / "two", *few, "--limit", "2", "--shuffle", "3").exit_code == 0
    assert len(workers.jobs) == 2
    about = json.loads((tmp_path / "two" / "outcomes.jsonl").read_text().splitlines()[0])["about"]
    assert about["problem_seed"] == 3
    for wrong, said in (
        (("--limit", "9"), "There are 5 such problems, not 9"),
        (("--dataset", "held-out"), "--problems and --dataset name two sources"),
    ):
        result = call(tmp_path / "wrong", *few, *wrong)
        assert result.exit_code == 2
        assert said in " ".join(result.stderr.split())


def test_models_are_named_as_in_a_run_and_bring_their_reward_and_problems(workers: Workers, tmp_path: Path) -> None:
    chain = ("--methods", "dvts", "--budgets", "2", "--seeds", "1", "--limit", "3", "--model", "chain")
    assert call(tmp_path / "chain", *chain).exit_code == 0
    _, pair, count, *_ = workers.given
    assert (pair.generator, pair.reward, pair.threads, count) == ("chain", "chain", 1, None)
    assert [job.problem.reference_steps for job in workers.jobs] == [1, 2, 3]
    about = json.loads((tmp_path / "chain" / "outcomes.jsonl").read_text().splitlines()[0])["about"]
    assert (about["generator"], about["reward"], about["dataset"], about["models"]) == ("chain", "chain", "chain", {})

    folder = tmp_path / "a model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    assert call(tmp_path / "x", *chain[:-1], str(folder)).exit_code == 0
    about = json.loads((tmp_path / "x" / "outcomes.jsonl").read_text().splitlines()[0])["about"]
    assert about["dataset"] == "everyday"  # those that any model reads
    assert call(tmp_path / "y", *chain[:-1], str(folder), "--problems", "held-out").exit_code == 0
    _, pair, count, *_ = workers.given
    assert (pair.generator, pair.reward, pair.threads, count) == (str(folder), "auto", None, 1)
    about = json.loads((tmp_path / "y" / "outcomes.jsonl").read_text().splitlines()[0])["about"]
    assert (about["generator"], list(about["models"])) == ("a model", ["generator/config.json"])


def test_a_study_of_the_usual_problems_names_no_data_set_so_that_older_ones_go_on(
    workers: Workers, tmp_path: Path
) -> None:
    call(tmp_path, *SMALL, "--dataset", "held-out")
    assert "dataset" not in json.loads((tmp_path / "outcomes.jsonl").read_text().splitlines()[0])["about"]


def test_problems_that_the_embedded_pair_does_not_take_are_named_before_anything_runs(
    workers: Workers, tmp_path: Path
) -> None:
    file = tmp_path / "hard.jsonl"
    file.write_text('{"problem": "Compute 1 + 4", "answer": 5}\n{"problem": "Compute 5!", "answer": 120}\n')
    result = call(tmp_path / "out", *SMALL[:4], "--problems", "2", "--dataset", str(file))
    assert result.exit_code == 2
    assert "1 of 2 problems cannot be taken: problem 2 ('Compute 5!'): The embedded models" in result.stderr
    assert workers.jobs == []
    assert not (tmp_path / "out").exists()


def test_ctrl_c_leaves_what_is_done_and_the_same_command_goes_on(workers: Workers, tmp_path: Path) -> None:
    workers.patience = 5
    result = call(tmp_path, *SMALL)
    assert result.exit_code == 130
    assert "5 outcomes" in result.output
    assert len(kept(tmp_path)) == 5
    assert not (tmp_path / "table.json").exists()
    workers.patience = 10_000
    assert call(tmp_path, *SMALL).exit_code == 0
    assert len(workers.units) == len(set(workers.units)) == 27
    before = (tmp_path / "table.json").read_text()
    assert call(tmp_path, *SMALL).exit_code == 0
    assert len(workers.units) == 27  # nothing is done twice
    assert (tmp_path / "table.json").read_text() == before


def test_a_study_grows(workers: Workers, tmp_path: Path) -> None:
    call(tmp_path, *SMALL)
    first = len(workers.units)
    result = call(tmp_path, "--methods", "particle_filtering,dvts,greedy,best_of_n", *SMALL[2:])
    assert result.exit_code == 0, result.output
    assert {unit.method for unit in workers.units[first:]} == {"best_of_n"}


def test_a_report_runs_nothing(workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call(tmp_path, *SMALL)
    done = len(workers.units)
    monkeypatch.setenv("PFVIZ_ASSETS", str(tmp_path / "nowhere"))  # not even the models are needed
    result = call(tmp_path, "--report", "--methods", "particle_filtering,greedy", *SMALL[2:])
    assert result.exit_code == 0, result.output
    assert len(workers.units) == done
    assert load(tmp_path / "table.json").methods == ("particle_filtering", "greedy")


def test_a_reward_that_is_a_probability_brings_its_settings_as_in_a_run(workers: Workers, tmp_path: Path) -> None:
    folder = tmp_path / "a model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    small = ("--methods", "dvts", "--budgets", "2", "--seeds", "1", "--limit", "3", "--model", str(folder))
    for name, given, found in (
        ("usual", (), ("telescoped", "ess", "systematic")),
        ("own", ("--potential", "odds", "--trigger", "always"), ("odds", "always", "systematic")),
    ):
        assert call(tmp_path / name, *small, *given).exit_code == 0
        common, *_ = workers.given
        assert (common.potential, common.trigger, common.resampler) == found
        assert common.pick == "usual"  # every method chooses in its own way
        about = json.loads((tmp_path / name / "outcomes.jsonl").read_text().splitlines()[0])["about"]
        recorded = {"potential": "odds", "trigger": "always", "resampler": "multinomial"} | about["settings"]
        assert tuple(recorded[key] for key in ("potential", "trigger", "resampler")) == found


def test_a_study_from_before_a_setting_could_be_set_goes_on(workers: Workers, tmp_path: Path) -> None:
    call(tmp_path, *SMALL)
    about = json.loads((tmp_path / "outcomes.jsonl").read_text().splitlines()[0])["about"]
    assert set(about["settings"]) == {"temperature", "tau", "potential", "width"}
    assert call(tmp_path, *SMALL, "--aggregation", "last").exit_code == 0


def test_ray_gets_the_jobs_that_the_pool_would(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(tmp_path / "pool", *SMALL)
    there = Workers()
    monkeypatch.setattr(ray_cluster, "run_jobs", there.run)
    assert call(tmp_path / "ray", *SMALL, "--ray", "ray://host:10001").exit_code == 0
    assert there.jobs == workers.jobs
    assert there.given[-1] == "ray://host:10001"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--methods", "dvts,juggling"), "juggling"),
        (("--budgets", "1,two"), "1,two"),
        (("--budgets", "0"), "at least 1"),
        (("--budgets", "2000"), "Particles"),
        (("--problems", "0"), "--problems"),
        (("--tau", "0"), "Tau"),
        (("--reward", "kind"), "--reward"),
        (("--model", "gpt"), "There is no generator named 'gpt'"),
        (("--dataset", "nothing"), "There is no data set 'nothing'"),
        (("--dataset", "jsonl"), "jsonl:FILE"),
        (("--dataset", "nowhere.jsonl"), "there is no file"),
        (("--report",), "outcomes.jsonl"),
    ],
)
def test_a_mistake_is_named_without_a_traceback(
    arguments: tuple[str, ...], said: str, workers: Workers, tmp_path: Path
) -> None:
    result = call(tmp_path, *arguments)
    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert said in result.stderr
    assert workers.jobs == []


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        ((), ("--tau", "2"), "settings tau"),
        ((), ("--aggregation", "min"), "settings aggregation"),
        (("--reward", "oracle"), ("--reward", "confidence"), "in reward"),
    ],
)
def test_another_study_is_not_mixed_in(
    first: tuple[str, ...], then: tuple[str, ...], said: str, workers: Workers, tmp_path: Path
) -> None:
    call(tmp_path, *SMALL, *first)
    result = call(tmp_path, *SMALL, *then)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_missing_models_are_named(workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFVIZ_ASSETS", str(tmp_path / "nowhere"))
    result = call(tmp_path / "out", *SMALL)
    assert result.exit_code == 2
    assert "There is no model in" in result.stderr
