"""The Hub, as far as data sets need it: who asks, and what its errors mean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pfviz.errors import ExportError

TOKEN_VARIABLE = "HF_TOKEN"
HUB_TIMEOUT = 10.0
"""Seconds that the Hub may take to answer."""


def read_token() -> str | None:
    """Return the token in $HF_TOKEN; None where there is none. It is read nowhere else, and never shown."""
    return os.environ.get(TOKEN_VARIABLE, "").strip() or None


def make_client(endpoint: str | None = None) -> Any:
    """Return the Hub's client with the token of the environment, without any where that has none."""
    from huggingface_hub import HfApi

    return HfApi(endpoint=endpoint, token=read_token() or False)


@contextmanager
def explain_errors(repository: str) -> Iterator[None]:
    """Within it whatever the Hub's client raises is an `ExportError` that says what to do. It quotes no answer of the
    server, which may repeat what it was sent."""
    from huggingface_hub import errors

    try:
        yield
    except ExportError:
        raise
    except errors.HFValidationError as error:
        raise ExportError(f"{repository[:80]!r} is no name of a data set: it is OWNER/NAME.") from error
    except errors.RepositoryNotFoundError as error:
        raise ExportError(
            f"There is no data set {repository!r} on the Hub, or it is private: set {TOKEN_VARIABLE} to a token that "
            "may read it."
        ) from error
    except errors.HfHubHTTPError as error:
        status = getattr(error.response, "status_code", 0)
        if status in (401, 403):
            raise ExportError(
                f"The Hub refuses {repository!r}: set {TOKEN_VARIABLE} to a token that may write there."
            ) from error
        raise ExportError(f"The Hub answered with status {status}. Try again later.") from error
    except OSError as error:  # no network, or no disk
        raise ExportError(f"The Hub cannot be reached, or a file not be written ({type(error).__name__}).") from error
    except Exception as error:  # whatever else its client has, of its HTTP library too
        raise ExportError(f"The Hub cannot be asked ({type(error).__name__}).") from error
