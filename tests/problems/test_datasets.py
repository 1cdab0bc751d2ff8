"""Sources of problems by name: what is found, what is refused and how, and that more problems keep the first ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfviz.errors import DatasetError, ProblemError
from pfviz.models.registry import GENERATORS
from pfviz.problems.answers import is_correct
from pfviz.problems.datasets import (
    DATASETS,
    Dataset,
    built_in_datasets,
    check_problems,
    describe_source,
    find_dataset,
    load_problems,
    usual_dataset,
)
from pfviz.problems.problem import Problem

BUILT_IN = built_in_datasets(None)


def write(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda dataset: dataset.name)
def test_every_data_set_says_what_it_is(dataset: Dataset) -> None:
    assert dataset.title
    assert dataset.description.endswith(".")
    assert all(suffix.startswith(".") for suffix in dataset.suffixes)


@pytest.mark.parametrize("dataset", BUILT_IN, ids=lambda dataset: dataset.name)
def test_the_first_problems_are_the_same_however_many_are_asked_for(dataset: Dataset) -> None:
    few, many = dataset.load(4, 3), dataset.load(7, 3)
    assert many[:4] == few
    assert dataset.load(4, 0) != few
    for problem in many:
        if dataset.generator:
            GENERATORS[dataset.generator].check(problem.text)
        assert problem.truth


def test_a_generator_has_its_own_problems_or_those_of_everybody() -> None:
    assert [usual_dataset(name) for name in ("embedded", "chain", "Qwen/Qwen3-0.6B", "")] == [
        "held-out",
        "chain",
        "everyday",
        "everyday",
    ]


def test_half_of_the_answers_are_negative_where_signs_matter() -> None:
    assert [str(one.truth).startswith("-") for one in load_problems("held-out-signs", 6)] == [True, False] * 3


def test_a_file_is_read_in_the_columns_of_the_usual_benchmarks(tmp_path: Path) -> None:
    file = write(
        tmp_path / "mixed.JSONL",
        '\ufeff{"problem": " Compute 1 + 2 ", "answer": "3", "level": 1}',
        "",
        '{"question": "Ann has 1,000 apples.", "answer": "She has 1,000.\\n#### 1,000"}',
        '{"problem": "What is half of 5?", "answer": 2.5}',
    )
    assert load_problems(file, 3) == [
        Problem("Compute 1 + 2", "3"),
        Problem("Ann has 1,000 apples.", "1,000"),
        Problem("What is half of 5?", "2.5"),
    ]
    assert load_problems(f"jsonl:{file}", 1) == [Problem("Compute 1 + 2", "3")]
    assert is_correct("1000", "1,000")


def test_a_solution_says_the_answer_where_no_column_does(tmp_path: Path) -> None:
    """MATH has it in the solution's box; ProcessBench in solutions, several to a problem, that are marked as right."""
    math = write(tmp_path / "math.json", r'[{"problem": "Half?", "solution": "So $\\boxed{\\frac12}$.", "level": "2"}]')
    assert load_problems(math, 1) == [Problem("Half?", r"\frac12")]
    rows = [
        '{"id": "1", "problem": "A", "steps": ["so", "\\\\boxed{3}"], "final_answer_correct": false, "label": 0}',
        '{"id": "2", "problem": "A", "steps": ["1", "2", "\\\\boxed{4}"], "final_answer_correct": true, "label": -1}',
        '{"id": "3", "problem": "A", "steps": ["\\\\boxed{4.0}"], "final_answer_correct": true, "label": -1}',
        '{"id": "4", "problem": "B", "steps": ["\\\\boxed{9}"], "final_answer_correct": false, "label": 0}',
    ]
    found = load_problems(write(tmp_path / "bench.jsonl", *rows), 5, fewer=True)
    assert found == [Problem("A", "4")]
    assert found[0].reference_steps == 3
    with pytest.raises(DatasetError, match="of its 2 solutions none is marked as right"):
        load_problems(write(tmp_path / "bench.jsonl", rows[0], rows[3]), 1)


def test_a_table_of_comma_separated_values_is_read(tmp_path: Path) -> None:
    lines = "question,answer", '"Ann, who has 2, buys 1.","2 + 1 = 3', '#### 3"', "What is 1 + 1?,2"
    assert load_problems(write(tmp_path / "a.CSV", *lines), 2) == [
        Problem("Ann, who has 2, buys 1.", "3"), Problem("What is 1 + 1?", "2"),
    ]  # fmt: skip
    with pytest.raises(DatasetError, match=r"line 2: the row has more cells"):
        load_problems(write(tmp_path / "b.csv", "problem,answer", "1 + 1,2,3"), 1)
    with pytest.raises(DatasetError, match=r"line 2: answer: missing.*Expected problem, answer.*GSM8K"):
        load_problems(write(tmp_path / "c.csv", "problem,gold", "1 + 1,2"), 1)


def test_a_source_may_say_how_many_steps_a_problem_takes(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.jsonl",
        '{"question": "Ann?", "answer": "1 + 1 = 2\\n\\n2 + 1 = 3\\n#### 3"}',
        '{"problem": "Bob?", "answer": "3", "steps": 7}',
        '{"problem": "Cat?", "answer": "3", "steps": "many"}',
    )
    assert [one.reference_steps for one in load_problems(file, 3)] == [2, 7, None]
    assert {one.reference_steps for one in load_problems("chain", 12)} == set(range(1, 13))


def test_an_array_of_problems_is_read_as_lines_are(tmp_path: Path) -> None:
    rows = '{"problem": "1 + 1", "answer": "2"}', '{"question": "2 + 1", "answer": 3}'
    expected = [Problem("1 + 1", "2"), Problem("2 + 1", "3")]
    for text in ("[" + ",".join(rows) + "]", "\ufeff [\n" + ",\n".join(rows) + "\n]\n", "\ufeff" + "\n".join(rows)):
        assert load_problems(write(tmp_path / "a.jsonl", text), 2) == expected
    with pytest.raises(DatasetError, match="item 2: answer: missing"):
        load_problems(write(tmp_path / "a.jsonl", f'[{rows[0]}, {{"problem": "1"}}]'), 2)


def test_a_seed_shuffles_a_file_and_more_problems_keep_the_first_ones(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", *(f'{{"problem": "{k} + 1", "answer": {k + 1}}}' for k in range(20)))
    assert [one.text for one in load_problems(file, 3)] == ["0 + 1", "1 + 1", "2 + 1"]
    shuffled = load_problems(file, 20, 7)
    assert shuffled[:5] == load_problems(file, 5, 7) != load_problems(file, 5, 8)
    assert sorted(one.text for one in shuffled) == sorted(one.text for one in load_problems(file, 20))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not JSON", "expected a JSON object; found 'not JSON'"),
        ("[1]", "expected a JSON object; found '[1]'"),
        ("{}", "problem or question is missing; found no column"),
        ('{"text": "1 + 2", "answer": "3"}', "problem or question is missing; found 'text', 'answer'"),
        ('{"problem": 3, "answer": "3"}', "problem: expected a text; found 3"),
        ('{"problem": "", "answer": "3"}', "problem: The problem is empty"),
        ('{"problem": "1 + 2"}', "answer: missing; expected a text or a number"),
        ('{"problem": "1 + 2", "answer": null}', "answer: expected a text or a number; found null"),
        ('{"problem": "1 + 2", "answer": true}', "answer: expected a text or a number; found true"),
        ('{"question": "1 + 2", "answer": "so #### "}', "answer: expected a text or a number"),
        ('{"problem": "1 \\u0000 2", "answer": "3"}', "problem: The problem holds a control character"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(line: str, said: str, tmp_path: Path) -> None:
    file = write(tmp_path / "bad.jsonl", '{"problem": "1 + 1", "answer": "2"}', "", line)
    with pytest.raises(DatasetError) as caught:
        load_problems(file, 1)
    assert str(caught.value).startswith(f"{file}, line 3: ")
    assert said in str(caught.value)


def test_files_that_hold_nothing_or_too_little_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        load_problems(str(tmp_path / "none.jsonl"), 1)
    with pytest.raises(DatasetError, match="holds no problem"):
        load_problems(write(tmp_path / "empty.jsonl", "", ""), 1)
    one = write(tmp_path / "one.jsonl", '{"problem": "1 + 1", "answer": "2"}')
    with pytest.raises(DatasetError, match=r"There are 1 such problems, not 2\. Ask for fewer\."):
        load_problems(one, 2)
    (tmp_path / "latin.jsonl").write_bytes(b'{"problem": "\xff"}')
    with pytest.raises(DatasetError, match=r"latin\.jsonl cannot be read"):
        load_problems(str(tmp_path / "latin.jsonl"), 1)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "nothing",
            "Choose one of: held-out, held-out-signs, chain, everyday; or give FILE.jsonl, FILE.json, FILE.csv",
        ),
        ("jsonl", "takes a file: jsonl:FILE"),
        ("held-out:a.jsonl", "takes no file: held-out"),
    ],
)
def test_a_source_that_is_none_says_which_there_are(source: str, said: str) -> None:
    with pytest.raises(DatasetError) as caught:
        find_dataset(source)
    assert said in str(caught.value)


def test_a_source_is_identified_by_its_name_and_by_what_is_in_its_file(tmp_path: Path) -> None:
    assert describe_source("held-out") == "held-out"
    file = write(tmp_path / "a.jsonl", '{"problem": "1 + 1", "answer": "2"}')
    first = describe_source(file)
    assert first.startswith("jsonl:a.jsonl (")
    write(tmp_path / "a.jsonl", '{"problem": "1 + 2", "answer": "3"}')
    assert describe_source(file) != first


def test_refused_problems_are_named_each_with_its_reason() -> None:
    hard = [Problem("Compute 1 + 2"), *(Problem(f"Compute {k}!") for k in range(5))]
    with pytest.raises(ProblemError) as caught:
        check_problems(hard, lambda problem: GENERATORS["embedded"].check(problem.text))
    said = str(caught.value)
    assert said.startswith("5 of 6 problems cannot be taken: problem 2 ('Compute 0!'): The embedded models")
    assert all(f"problem {place} ('Compute {place - 2}!'): The embedded" in said for place in (2, 3, 4))
    assert said.endswith("And 2 more.")
    assert caught.value.examples
    check_problems(hard[:1], lambda problem: GENERATORS["embedded"].check(problem.text))
