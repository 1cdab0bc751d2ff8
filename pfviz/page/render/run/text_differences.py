"""Where the text of the selected step differs from those of other particles: trace and uid → data."""

from __future__ import annotations

from typing import Any

import numpy as np

from pfviz.diagnostics import kinship
from pfviz.diagnostics.step_texts import compare_words, same_text
from pfviz.trace import Trace

MAX_COMPARED = 4  # other particles
MAX_NAMED = 8  # of those with the same text


def same_text_note(trace: Trace, uid: int) -> str:
    """Return who else wrote the same at that step, in words; empty for nobody."""
    slots = same_text(trace, uid)
    if not slots:
        return ""
    named = ", ".join(map(str, slots[:MAX_NAMED]))
    rest = f" and {len(slots) - MAX_NAMED} more" if len(slots) > MAX_NAMED else ""
    return f"The same text as {'particle' if len(slots) == 1 else 'particles'} {named}{rest}"


def differences(trace: Trace, uid: int) -> list[dict[str, Any]]:
    """Return how the step differs from its siblings', the heaviest first; from the other steps beside it where it has
    none. A text that another one has too is shown once."""
    t, n = trace.node(uid)
    slots = [trace.node(other)[1] for other in kinship.kin(trace, uid).siblings]
    slots = slots or [int(slot) for slot in np.flatnonzero(trace.written[t]) if slot != n]
    own = trace.texts[t][n].strip()
    texts: dict[str, int] = {}
    for slot in sorted(slots, key=lambda slot: (-trace.weights[t, slot], slot)):
        texts.setdefault(trace.texts[t][slot].strip(), slot)
    texts.pop(own, None)
    return [
        {
            "uid": int(trace.uids[t, slot]),
            "slot": slot,
            "reward": float(trace.rewards[t, slot]),
            "pieces": compare_words(text, own),
        }
        for text, slot in list(texts.items())[:MAX_COMPARED]
    ]
