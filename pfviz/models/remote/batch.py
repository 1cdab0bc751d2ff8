"""One round of requests as a session sees it: what was read of each reply, what failed, and what had to be repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pfviz.models.remote.errors import fatal_error, is_final
from pfviz.models.remote.http_client import Client, Failure, Response
from pfviz.models.remote.requests import PATHS
from pfviz.models.remote.responses import MalformedError
from pfviz.text import pluralise

Parsed = TypeVar("Parsed")


@dataclass(slots=True)
class RequestBatch(Generic[Parsed]):
    """The requests of one step. `parse` makes what is wanted of a reply's body, or raises `MalformedError`."""

    client: Client
    parse: Callable[[Mapping[str, Any]], Parsed]
    failures: dict[int, Failure] = field(default_factory=dict)  # by the request's number
    full: dict[int, Failure] = field(default_factory=dict)  # those for want of room in the model's context
    retry_reasons: Counter[str] = field(default_factory=Counter)  # why requests were repeated that succeeded then

    def replies(
        self, bodies: Mapping[int, Mapping[str, Any]], seed: int, step: int
    ) -> Generator[tuple[int, Parsed | None], None, None]:
        """(number, what was read) for each request as it is answered, None for one that failed for good. Closed before
        its end it cancels the others. Raises `ModelError` for a refusal that every request would meet with."""
        with closing(self.client.send(PATHS[self.client.endpoint.route], bodies, seed, step)) as arriving:
            for number, answer in arriving:
                made = self._parse_response(answer)
                if isinstance(made, Failure):
                    if is_final(made):
                        raise fatal_error(self.client, made)
                    (self.full if made.context_full else self.failures)[number] = made
                    yield number, None
                else:
                    yield number, made

    def _parse_response(self, answer: Response | Failure) -> Parsed | Failure:
        if isinstance(answer, Failure):
            return answer
        try:
            made = self.parse(answer.body)
        except MalformedError as error:
            return Failure(f"the reply does not fit: {error}", 200)
        if answer.retry_reason:
            self.retry_reasons[answer.retry_reason] += 1
        return made

    def notes(self) -> list[str]:
        """A sentence on what had to be repeated, if anything had."""
        if not self.retry_reasons:
            return []
        (often, _), many = self.retry_reasons.most_common(1)[0], self.retry_reasons.total()
        counted = f"{pluralise(many, 'request')} {'was' if many == 1 else 'were'}"
        return [f"{self.client.endpoint.label}: {counted} repeated before it succeeded: {often}."]
