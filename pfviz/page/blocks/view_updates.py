"""Values of a view beside "This run" → updates of Gradio, with its buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pfviz.page.blocks import wiring
from pfviz.page.blocks.events.streams import keep_properties
from pfviz.page.blocks.layout import Parts
from pfviz.page.render.part_values import PartValues
from pfviz.page.state.visits import Visit, Visits


@dataclass(frozen=True, slots=True)
class ViewUpdates:
    """Updates of one view, whose values may hold "NAME_running" (work goes on) and "NAME_any" (there is something).

    Args:
        name: of the view; its buttons begin with it.
        start: the button that starts work, which cannot be pressed while work goes on; `NAME_stop` then can.
    """

    parts: Parts
    name: str
    start: str

    def gradio_updates(self, values: Mapping[str, Any]) -> Any:
        """As `wiring.gradio_updates`, and the buttons."""
        rest, found = dict(values), {}
        running, some = rest.pop(f"{self.name}_running", None), rest.pop(f"{self.name}_any", None)
        if running is not None:
            found[self.parts[self.start]] = gr.update(interactive=not running)
            found[self.parts[f"{self.name}_stop"]] = gr.update(interactive=running)
        if some is not None:
            found |= {self.parts[f"{self.name}_{does}"]: gr.update(interactive=some) for does in ("clear", "save")}
        return found | wiring.gradio_updates(self.parts, rest) if rest else found or gr.skip()

    def stream(self, values: Iterable[PartValues]) -> Iterator[Any]:
        """Each of a stream."""
        return keep_properties(self.gradio_updates(one) for one in values)

    def callback(self, visits: Visits, action: Callable[[Visit], PartValues]) -> Callable[[gr.Request], Any]:
        """The callback of an event that does this for the visit of its tab."""

        def call(request: gr.Request) -> Any:
            return self.gradio_updates(action(visits.get(request.session_hash)))

        return call
