"""The events of a page that opens: a tab that was reloaded finds its run again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from pfviz.page.actions import reload
from pfviz.page.blocks.layout import Parts
from pfviz.page.blocks.wiring import EVENT_SETTINGS, OUTPUTS, stream_updates
from pfviz.page.state.recent_visits import RecentVisits
from pfviz.page.state.visits import Visits

# The storage of a session is the tab's own, and outlives a reload.
READ_TOKEN_JS = """() => {
  try {
    const drawn = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0'));
    const token = sessionStorage.getItem('pfviz-tab') ?? drawn.join('');
    sessionStorage.setItem('pfviz-tab', token);
    return token;
  } catch {
    return '';
  }
}"""


def wire(page: gr.Blocks, parts: Parts, visits: Visits, recent: RecentVisits) -> None:
    """Attach the events; called inside the `gr.Blocks` of the parts.

    A page that is new touches no part: what an event skips is drawn anew all the same, under the visitor's hands.
    """
    token, reloads = gr.Textbox(visible=False), gr.State(0)

    def look(token: Any, request: gr.Request) -> Any:
        """How often the tab was reloaded is all that is told; the second event waits for it to be one."""
        if recent.holds(token):
            return 1
        recent.exchange(token, visits.get(request.session_hash))
        return gr.skip()

    def restore(token: Any, request: gr.Request) -> Iterator[Any]:
        visit = visits.get(request.session_hash)
        yield gr.skip()  # Gradio would empty the parts for an event that yields nothing
        yield from stream_updates(parts, reload.restore(visit, recent.exchange(token, visit)))

    page.load(look, token, reloads, js=READ_TOKEN_JS, preprocess=False, **(EVENT_SETTINGS | {"postprocess": True}))
    reloads.change(
        restore, token, [parts[name] for name in OUTPUTS], js=READ_TOKEN_JS, preprocess=False, **EVENT_SETTINGS
    )
