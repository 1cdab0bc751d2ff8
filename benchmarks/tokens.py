"""How many tokens a run had to compute: each one once, the prompt once, and what several particles share once."""

from __future__ import annotations

from benchmarks.shapes import Pair
from pfviz.trace.trace import Trace


def required_tokens(pair: Pair, trace: Trace, problem: int) -> tuple[int, int]:
    """Tokens that the generator and the reward model had to compute for this run.

    A prefix of ids has to be computed if some particle drew a token after it, and only once for all that have it; a
    step has to be scored once for all particles with the same steps up to it.
    """
    ids: list[tuple[int, ...]] = [()] * trace.particles
    texts: list[tuple[str, ...]] = [()] * trace.particles
    written: set[tuple[int, ...]] = set()
    scored: set[tuple[str, ...]] = set()
    for t in range(trace.steps):
        for n in range(trace.particles):
            new = tuple(trace.token_ids[t][n])
            if not new:
                continue
            written.update(ids[n] + new[:column] for column in range(len(new)))
            ids[n] += new
            texts[n] += (trace.texts[t][n],)
            scored.add(texts[n])
        ids, texts = ([some[a] for a in trace.ancestors[t]] for some in (ids, texts))
    prompts = (len(model.prompt(pair.problems[problem])) for model in (pair.generator, pair.reward))
    encode, separator = pair.reward.tokenization.encode, pair.reward.separator_ids
    steps = sum(len(encode(text[-1])) + len(separator) for text in scored)
    # The first prefix is the prompt's own last token.
    return next(prompts) - 1 + len(written), next(prompts) + steps
