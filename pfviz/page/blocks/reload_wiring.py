"""The events of a page that opens: a tab that was reloaded finds its runs again, and a link its run and particle."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import gradio as gr

from pfviz.page.actions import reload, stored_runs
from pfviz.page.blocks.compare_wiring import COMPARE_OUTPUTS, compare_updates
from pfviz.page.blocks.events.callers import is_forwarded
from pfviz.page.blocks.events.streams import keep_properties
from pfviz.page.blocks.layout import Parts
from pfviz.page.blocks.wiring import EVENT_SETTINGS, OUTPUTS, gradio_updates
from pfviz.page.render.run.run_link import name_run, read_address
from pfviz.page.state.recent_visits import RecentVisits
from pfviz.page.state.visits import Visits

# The storage of a session is the tab's own, and outlives a reload; the other one is the browser's, and outlives tabs.
READ_BROWSER_JS = """() => {
  const read = (name, from) => {
    try {
      const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)));
      const drawn = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
      const secret = window[from].getItem(name) ?? drawn.join('');
      window[from].setItem(name, secret);
      return secret;
    } catch {
      return '';
    }
  };
  return [read('pfviz-tab', 'sessionStorage'), read('pfviz-visitor', 'localStorage'), location.search];
}"""


def wire(page: gr.Blocks, parts: Parts, visits: Visits, recent: RecentVisits) -> None:
    """Attach the events; called inside the `gr.Blocks` of the parts.

    A page that is new touches no part: what an event skips is drawn anew all the same, under the visitor's hands.
    """
    told = [gr.Textbox(visible=False) for _ in range(3)]  # the tab's secret, the browser's, and the address
    changes = gr.State(0)

    def look(token: Any, secret: Any, address: Any, request: gr.Request) -> Any:
        """How often there is something to restore is all that is told; the second event waits for it to be one."""
        visit = visits.get(request.session_hash)
        visit.stored.identify(secret, is_forwarded=is_forwarded(request))
        if recent.holds(token) or read_address(address):
            return 1
        recent.exchange(token, visit)
        return gr.skip()

    def restore(token: Any, secret: Any, address: Any, request: gr.Request) -> Iterator[Any]:
        visit = visits.get(request.session_hash)
        before, place = recent.exchange(token, visit), read_address(address)
        is_elsewhere = bool(place) and (before is None or place["run"] != name_run(before))
        shown = [stored_runs.follow_link(visit, place)] if is_elsewhere else reload.restore(visit, before)
        compared = compare_updates(parts).gradio_updates(reload.restore_comparison(visit, before))
        # At least a skip: Gradio would empty the parts for an event that yields nothing.
        yield from keep_properties(chain([compared], (gradio_updates(parts, values) for values in shown)))

    page.load(look, told, changes, js=READ_BROWSER_JS, preprocess=False, **(EVENT_SETTINGS | {"postprocess": True}))
    changes.change(
        restore,
        told,
        [parts[name] for name in (*OUTPUTS, *COMPARE_OUTPUTS)],
        js=READ_BROWSER_JS,
        preprocess=False,
        **EVENT_SETTINGS,
    )
