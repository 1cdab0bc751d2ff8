"""A run as a table: a row for each slot at each step of each sweep, the same columns in CSV, Parquet and a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pfviz.diagnostics.genealogy import living_descendants, offspring
from pfviz.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class RowColumn:
    """A column of the table: its name, what its cells are, and what they mean. A cell that is not known is None."""

    name: str
    kind: Literal["integer", "number", "boolean", "text"]
    meaning: str


ROW_COLUMNS = (
    RowColumn("sweep", "integer", "which sweep of the run, from 0; methods of one sweep have no other"),
    RowColumn("step", "integer", "from 0"),
    RowColumn("slot", "integer", "of the particle at this step, from 0"),
    RowColumn("uid", "integer", "of the node that the slot holds; one that only waits keeps that of its last step"),
    RowColumn("parent", "integer", "uid of the node that this one continues; empty at step 0, and where it waits"),
    RowColumn("written", "boolean", "whether the slot wrote a step here; false where a finished particle only waits"),
    RowColumn("text", "text", "what was written; empty where nothing was"),
    RowColumn("reward", "number", "of the prefix that ends here, 0 to 1"),
    RowColumn("weight", "number", "normalised over the slots of the step, before selection"),
    RowColumn("log_weight", "number", "the same in nats, not normalised"),
    RowColumn("log_prob", "number", "of the step under its model, in nats; empty where it is not known"),
    RowColumn("tokens", "integer", "of the step"),
    RowColumn("finished", "boolean", "whether the particle was finished at this step or before it"),
    RowColumn("end", "text", "why the step ended: separator, eos, boxed, tokens, characters, failed"),
    RowColumn("children", "integer", "slots of the next step that continue this one"),
    RowColumn("living", "integer", "slots of the last step that descend from this one; 0 for a dead lineage"),
    RowColumn("resampled", "boolean", "whether the event after this step resampled"),
    RowColumn("ess", "number", "effective sample size of the step"),
    RowColumn("label", "number", "of the step, by a person or a file: 1 good, 0 neutral, -1 bad; empty where none"),
    RowColumn("answer", "text", "at the last step: the answer that the particle gives; else empty"),
    RowColumn("correct", "boolean", "whether it is the true one; empty where that is not known"),
)
"""In the order in which they are written."""


def iterate_rows(trace: Trace) -> Iterator[dict[str, Any]]:
    """Yield the rows of a run, by sweep, step and slot; the keys are the names of `ROW_COLUMNS`."""
    for number, sweep in enumerate(trace.sweeps):
        yield from _iterate_sweep(number, sweep)


def list_columns(trace: Trace) -> dict[str, list[Any]]:
    """Return the same table by column: name → a cell for each row."""
    columns: dict[str, list[Any]] = {column.name: [] for column in ROW_COLUMNS}
    for row in iterate_rows(trace):
        for name, cells in columns.items():
            cells.append(row[name])
    return columns


def run_metadata(trace: Trace) -> dict[str, Any]:
    """Return what a run was made with, as JSON has it."""
    return {
        "problem": trace.problem,
        "truth": trace.truth,
        "generator": trace.generator,
        "reward": trace.reward,
        "method": trace.method,
        "seed": trace.seed,
        "settings": dict(trace.settings),
        "versions": dict(trace.versions),
        "started": trace.started,
        "status": trace.status,
    }


def _iterate_sweep(number: int, sweep: Trace) -> Iterator[dict[str, Any]]:
    children, living = offspring(sweep), living_descendants(sweep)
    correct = {slot: row.correct for row in sweep.answers.rows for slot in row.members} if sweep.steps else {}
    for t in range(sweep.steps):
        last = t == sweep.steps - 1
        for n in range(sweep.particles):
            written = bool(sweep.written[t, n])
            yield {
                "sweep": number,
                "step": t,
                "slot": n,
                "uid": int(sweep.uids[t, n]),
                "parent": int(sweep.uids[t - 1, sweep.ancestors[t - 1, n]]) if t and written else None,
                "written": written,
                "text": sweep.texts[t][n],
                "reward": float(sweep.rewards[t, n]),
                "weight": float(sweep.weights[t, n]),
                "log_weight": float(sweep.log_weights[t, n]),
                "log_prob": _known(sweep.log_probs[t, n]),
                "tokens": int(sweep.tokens[t, n]),
                "finished": bool(sweep.finished[t, n]),
                "end": sweep.ends[t][n],
                "children": int(children[t, n]),
                "living": int(living[t, n]),
                "resampled": bool(sweep.resampled[t]),
                "ess": float(sweep.ess[t]),
                "label": _known(sweep.step_labels[t, n]),
                "answer": (sweep.final_answers[n] or "") if last else "",
                "correct": correct.get(n) if last else None,
            }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
