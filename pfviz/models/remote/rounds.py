"""One round of requests as a session sees it: what was read of each reply, what failed, and what had to be repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pfviz.models.remote.client import Answer, Client, Failure
from pfviz.models.remote.complaints import give_up, is_final
from pfviz.models.remote.prompts import PATHS
from pfviz.models.remote.replies import MalformedError

Read = TypeVar("Read")


@dataclass(slots=True)
class Round(Generic[Read]):
    """The requests of one step. `read` makes what is wanted of a reply's body, or raises `MalformedError`."""

    client: Client
    read: Callable[[Mapping[str, Any]], Read]
    failures: dict[int, Failure] = field(default_factory=dict)  # by the request's number
    hindrances: Counter[str] = field(default_factory=Counter)  # why requests were repeated that succeeded then

    def replies(
        self, bodies: Mapping[int, Mapping[str, Any]], seed: int, step: int
    ) -> Generator[tuple[int, Read | None], None, None]:
        """(number, what was read) for each request as it is answered, None for one that failed for good. Closed before
        its end it cancels the others. Raises `ModelError` for a refusal that every request would meet with."""
        with closing(self.client.send(PATHS[self.client.endpoint.route], bodies, seed, step)) as arriving:
            for number, answer in arriving:
                made = self._made(answer)
                if isinstance(made, Failure):
                    if is_final(made):
                        raise give_up(self.client, made)
                    self.failures[number] = made
                    yield number, None
                else:
                    yield number, made

    def _made(self, answer: Answer | Failure) -> Read | Failure:
        if isinstance(answer, Failure):
            return answer
        try:
            made = self.read(answer.body)
        except MalformedError as error:
            return Failure(f"the reply does not fit: {error}", 200)
        if answer.hindrance:
            self.hindrances[answer.hindrance] += 1
        return made

    def notes(self) -> list[str]:
        """A sentence on what had to be repeated, if anything had."""
        if not self.hindrances:
            return []
        (often, _), many = self.hindrances.most_common(1)[0], self.hindrances.total()
        counted = "1 request was" if many == 1 else f"{many} requests were"
        return [f"{self.client.endpoint.label}: {counted} repeated before it succeeded: {often}."]
