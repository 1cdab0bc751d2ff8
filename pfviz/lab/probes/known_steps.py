"""Steps that are known before a run begins: those of a node of a trace, and a text that somebody typed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

from pfviz import types
from pfviz.errors import LabError, SettingError
from pfviz.inference.events import Event
from pfviz.inference.methods.base import Method
from pfviz.inference.replay import PastSweep
from pfviz.inference.run import run_events
from pfviz.inference.settings import Settings
from pfviz.models import registry
from pfviz.problems.answers import has_boxed
from pfviz.problems.problem import Problem
from pfviz.problems.step_rules import StepRule
from pfviz.trace.trace import Node, Trace
from pfviz.types import RewardModel, Step, StepEnd

if TYPE_CHECKING:
    from pfviz.models.decoding.causal_lm import CausalLMGenerator


def find_node(trace: Trace, uid: int) -> Node:
    """(step, slot) of the node; raises `LabError` if the trace has none of that uid."""
    try:
        return trace.node(uid)
    except KeyError:
        raise LabError(
            f"The trace has no node {uid}. A node's uid is step * {trace.particles} + slot, both from 0, for a slot "
            f"that wrote at that step; the trace has {trace.steps} steps."
        ) from None


def steps_to_node(trace: Trace, uid: int) -> tuple[Step, ...]:
    """The recorded steps from the first one to the node; raises `LabError` as `node_of`, and for a node that failed,
    as nothing was written there."""
    steps = tuple(trace.written_step(*node) for node in trace.solution(*find_node(trace, uid)))
    if steps[-1].end == "failed":
        raise LabError(
            f"The step of node {uid} could not be written, so there is nothing to go on from. Choose another."
        )
    return steps


def resolve_generator(trace: Trace, given: str | types.Generator | None) -> types.Generator:
    """The generator of a trace: the one that it names, or an object of that name. Raises `LabError` for another, as the
    recorded ids are not its tokens."""
    chosen = trace.generator if given is None else given
    made = registry.get_generator(chosen) if isinstance(chosen, str) else chosen
    if made.name != trace.generator:
        raise LabError(
            f"The trace was written by {trace.generator!r}, and {made.name!r} cannot go on with its tokens. "
            f"Give the generator {trace.generator!r}."
        )
    return made


def run_from_steps(
    problem: Problem,
    generator: types.Generator,
    reward: RewardModel,
    method: Method,
    given: Sequence[Step],
    stop: Callable[[], bool],
) -> Generator[Event, None, None]:
    """A run whose every slot, in every sweep, takes on the given steps first. They count as steps of the run.

    They are the past of each sweep, so that no token of theirs is drawn; their rewards are computed anew.
    """
    past = PastSweep([dict.fromkeys(range(method.settings.particles), step) for step in given], (), (), complete=False)
    sweeps = method.iterations * len(method.chains)
    yield from run_events(problem, generator, reward, method, stop, [past] * sweeps)


def recorded_step_rule(trace: Trace) -> StepRule:
    """Where steps end in a trace, as far as its settings say so; at blank lines where they do not."""
    try:
        return Settings.from_recorded(trace.settings, trace.seed).writing.change_rule(StepRule())
    except SettingError:  # of another program, or of a later version
        return StepRule()


def clean_step_text(text: str, rule: StepRule) -> str:
    """The text of a step that somebody typed, without blanks around it; raises `LabError` if it is none or several."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise LabError("The step's new text is empty. Type one.")
    if rule.kind != "tokens" and rule.find_cut(text) is not None:
        raise LabError(
            f"Steps of this run end {rule.place}, and the step's new text goes on after that. Write it as one step."
        )
    return text


def build_step(generator: types.Generator, problem: Problem, before: Sequence[Step], text: str, most: int) -> Step:
    """A typed text as the step of a generator that comes after the steps `before`, with its separator.

    A language model's has the ids that its tokenizer gives it, at most `most` of them, and the probabilities that the
    model itself gives those. A remote engine takes text; its ids are stand-ins, and no log-probability is known.
    A boxed answer finishes the solution, as it would have in a run.

    Raises `LabError` for a generator that takes no text, and for a text that its tokenizer cannot spell or that is too
    long.
    """
    from pfviz.models.decoding.causal_lm import CausalLMGenerator
    from pfviz.models.remote.generator import RemoteGenerator
    from pfviz.models.remote.parse_step import stand_in_ids

    if isinstance(generator, CausalLMGenerator):
        text = clean_step_text(text, generator.step_rule)
        ids = generator.tokenization.encode(text + generator.step_rule.suffix)
        _check_text(generator, problem, before, text, ids, most)
        log_probs, entropies = _log_probs_and_entropies(generator, problem, before, ids)
        return Step(text, tuple(ids), sum(log_probs), has_boxed(text), _step_end(text), log_probs, entropies)
    if isinstance(generator, RemoteGenerator):
        text = clean_step_text(text, generator.step_rule)
        ids = list(stand_in_ids(text + generator.step_rule.suffix, None, None))
        return Step(text, tuple(ids), None, has_boxed(text), _step_end(text))
    raise LabError(
        f"The generator {generator.name!r} takes no text that it did not write: it has neither a tokenizer nor a "
        "server that reads text. Go on from a recorded step, without a new text."
    )


def _step_end(text: str) -> StepEnd:
    return "boxed" if has_boxed(text) else "separator"


def _check_text(
    generator: CausalLMGenerator, problem: Problem, before: Sequence[Step], text: str, ids: Sequence[int], most: int
) -> None:
    back = generator.tokenization.decode(ids)
    if back != text + generator.step_rule.suffix:
        raise LabError(
            f"{generator.name} cannot spell the step's new text: its tokenizer makes {back[:60]!r} of {text[:60]!r}. "
            "Use characters that occur in its solutions."
        )
    if len(ids) > most:
        raise LabError(f"The step's new text has {len(ids)} tokens and a step of this run at most {most}. Shorten it.")
    prompt = len(generator.prompt(problem))
    length, room = prompt + sum(len(step.token_ids) for step in before) + len(ids), generator.room(prompt)
    if length >= room:
        raise LabError(f"With the new text the solution has {length} tokens; {generator.name} holds {room}.")


def _log_probs_and_entropies(
    generator: CausalLMGenerator, problem: Problem, before: Sequence[Step], ids: Sequence[int]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The log-probability of each id, and the entropy before it, nats, to six digits as a session rounds them."""
    import torch

    from pfviz.models.decoding.sampling import entropies

    prefix = [*generator.prompt(problem), *(i for step in before for i in step.token_ids)]
    with torch.inference_mode():
        fed = torch.tensor([[*prefix, *ids]], device=generator.model.device)
        logits = generator.model(input_ids=fed, use_cache=False).logits[0, len(prefix) - 1 : -1]
        chosen = logits.double().log_softmax(-1).gather(1, fed[0, len(prefix) :, None])[:, 0]
        unsure = entropies(logits)
    return tuple(_round_digits(x) for x in chosen.tolist()), tuple(_round_digits(x) for x in unsure.tolist())


def _round_digits(value: float) -> float:
    return float(f"{value:.6g}")
