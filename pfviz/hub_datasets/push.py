"""Runs and studies → a data set of the Hub, in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pfviz.errors import ExportError
from pfviz.hub_datasets.client import TOKEN_VARIABLE, explain_errors, make_client, read_token
from pfviz.hub_datasets.contents import build_files, read_files


def push(paths: Sequence[Path], repository: str, *, public: bool = False, endpoint: str | None = None) -> str:
    """Write the runs and studies in files to a data set, and return its address. One that is not there is made: private
    unless `public`. Tables and card are those of these files; other traces that the data set has stay.

    Raises:
        ExportError: a file is neither run nor study, there is no token in $HF_TOKEN, the Hub refuses or does not
            answer, or the data set is public and `public` was not asked for.
    """
    files = build_files(*read_files(paths), repository)
    if read_token() is None:
        raise ExportError(f"Set {TOKEN_VARIABLE} to a token of the Hugging Face Hub that may write.")
    with explain_errors(repository):
        from huggingface_hub import CommitOperationAdd

        client = make_client(endpoint)
        client.create_repo(repository, repo_type="dataset", private=not public, exist_ok=True)
        if not public and not client.dataset_info(repository).private:
            raise ExportError(f"The data set {repository!r} is public. Say --public if everybody may see these runs.")
        operations = [CommitOperationAdd(path, content) for path, content in files.items()]
        client.create_commit(repository, operations, repo_type="dataset", commit_message=f"{len(files)} files of pfviz")
        return f"{client.endpoint}/datasets/{repository}"
