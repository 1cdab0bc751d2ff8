"""The card of a data set: what a reader and the Hub's viewer are told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pfviz.exports.rows import ROW_COLUMNS
from pfviz.text import pluralise, shorten
from pfviz.trace.trace import Trace
from pfviz.version import __version__

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def build_card(repository: str, traces: Sequence[Trace], studies: int) -> str:
    """Return the card as Markdown under its YAML. Names of models are quoted so that none is markup."""
    rows = sum(sweep.steps * sweep.particles for trace in traces for sweep in trace.sweeps)
    size = next((name for most, name in _SIZES if rows < most), "n>1M")
    tables = (
        ["configs:", "- config_name: steps", "  data_files: data/steps.jsonl", "  default: true",
         "- config_name: runs", "  data_files: data/runs.jsonl"]
        if traces else []
    )  # fmt: skip
    head = [
        "---", "pretty_name: Runs of pfviz", "tags:", "- pfviz", "- particle-filtering", "- process-reward-model",
        "- inference-time-scaling", "size_categories:", f"- {size}", *tables, "---",
    ]  # fmt: skip
    body = [
        "# Runs of pfviz",
        "",
        f"{pluralise(len(traces), 'run')} and {pluralise(studies, 'study', 'studies')}, by pfviz {__version__}. "
        "Each file in `traces/` is a whole run: steps, rewards, weights, who was copied.",
        "",
        *_count("Methods", (trace.method for trace in traces)),
        *_count("Generators", (trace.generator for trace in traces)),
        *_count("Reward models", (trace.reward for trace in traces)),
        "",
        "```sh",
        f"pfviz pull {repository}",
        "```",
        "",
        "## Columns of `steps`",
        "",
        "| column | meaning |",
        "|---|---|",
        "| `run` | the file of the run |",
        *(f"| `{column.name}` | {column.meaning} |" for column in ROW_COLUMNS),
        "",
    ]
    return "\n".join([*head, "", *body])


def _count(title: str, names: Iterable[str]) -> list[str]:
    found = Counter(shorten(name.replace("`", "'"), 80) for name in names)
    listed = ", ".join(f"`{name}` ({count})" for name, count in found.most_common(20))
    return [f"- {title}: {listed}"] if listed else []
