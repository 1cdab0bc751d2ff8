"""What a judge is asked, and how the name of a judge says it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import astuple, dataclass

from pfviz.errors import ModelError

NAME = "judge"
DEFAULT_VOTES = 4
MAX_VOTES = 64
_NAME = re.compile(rf"{NAME}(?:-(\d{{1,3}}))?(?:@([0-9a-f]{{8}}))?(?::(.+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class JudgePrompt:
    """The texts around a problem and its steps so far.

    `question` is to be answered by Yes or No; `whole_question` stands in its place where prefixes are scored as a
    whole; `reasoning` is what voters are asked, who end with a boxed Yes or No.
    """

    system: str = "You check solutions of mathematical problems, step by step and strictly."
    problem: str = "Problem:\n"
    solution: str = "\n\nSolution so far:\n\n"
    question: str = "Is the last step of this solution right? Answer with Yes or No only."
    whole_question: str = "Is every step of this solution right? Answer with Yes or No only."
    reasoning: str = (
        "Is the last step of this solution right? Check it in a few sentences, then end with \\boxed{Yes} or "
        "\\boxed{No}."
    )

    @classmethod
    def from_question(cls, question: str) -> JudgePrompt:
        """With another question, which takes the place of all three. Raises `ModelError` for an empty one."""
        asked = question.strip()
        if not asked:
            raise ModelError("The judge's question is empty. Write one that is answered by Yes or No.")
        return cls(question=asked, whole_question=asked, reasoning=asked)

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits of its texts' SHA-256; none for the usual ones."""
        if self == JudgePrompt():
            return ""
        return hashlib.sha256("\0".join(astuple(self)).encode("utf-8", "replace")).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class JudgeName:
    """What the name of a judge says: `judge`, `judge-4` for four votes with reasoning, `judge@1a2b3c4d` for a question
    of one's own, each with `:PLACE` where it is known who is asked."""

    votes: int = 0  # 0: p(Yes) is read
    digest: str = ""
    place: str | None = None

    def __str__(self) -> str:
        votes = f"-{self.votes}" if self.votes else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{NAME}{votes}{digest}" + ("" if self.place is None else f":{self.place}")


def parse_judge_name(name: str) -> JudgeName | None:
    """What a name says; None for one that is not a judge's. Raises `ModelError` for a number of votes that is none."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    votes, digest, place = found.groups()
    if votes is not None and not 1 <= int(votes) <= MAX_VOTES:
        raise ModelError(
            f"The judge {name[:60]!r} has {votes} votes; it may have 1 to {MAX_VOTES}, as judge-4 has four."
        )
    return JudgeName(int(votes or 0), digest or "", place)
