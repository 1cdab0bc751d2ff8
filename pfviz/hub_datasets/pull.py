"""A data set of the Hub → the runs and studies that are in it, each looked at before it stays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pfviz.errors import ExportError, PfvizError
from pfviz.hub_datasets.client import HUB_TIMEOUT, explain_errors, make_client, read_token
from pfviz.hub_datasets.contents import FILE_NAME, MAX_FILES
from pfviz.study import result
from pfviz.trace.json_file import load
from pfviz.trace.json_limits import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came: the files, and a sentence for each that was left out."""

    files: tuple[Path, ...]
    refused: tuple[str, ...]


def pull(repository: str, folder: Path, *, revision: str | None = None, endpoint: str | None = None) -> Pulled:
    """Bring the runs and studies of a data set to FOLDER/traces and FOLDER/studies. What somebody else wrote is not
    trusted: nothing is brought but files of these names and sizes, and one that is no run or study is taken away again.

    Raises:
        ExportError: there is no such data set, it has nothing of pfviz or too much, or the Hub does not answer.
    """
    with explain_errors(repository):
        from huggingface_hub import hf_hub_download

        client = make_client(endpoint)
        commit = client.dataset_info(repository, revision=revision, timeout=HUB_TIMEOUT).sha  # of list and files
        listed = client.list_repo_tree(repository, recursive=True, repo_type="dataset", revision=commit)
        found = {item.path: item.size for item in listed if hasattr(item, "size") and FILE_NAME.fullmatch(item.path)}
        if not found:
            raise ExportError(f"The data set {repository!r} has neither traces/*.json nor studies/*.json.")
        if len(found) > MAX_FILES:
            raise ExportError(f"The data set {repository!r} has {len(found):,} runs; at most {MAX_FILES:,} are pulled.")
        files, refused = [], []
        for path, size in sorted(found.items()):
            if size > MAX_BYTES:
                refused.append(f"{path} was left out: it has {size:,} bytes, and a run at most {MAX_BYTES:,}.")
                continue
            target = Path(
                hf_hub_download(
                    repository, path, repo_type="dataset", revision=commit, local_dir=folder, endpoint=client.endpoint,
                    token=read_token() or False,
                )
            )  # fmt: skip
            try:
                result.load(target) if path.startswith("studies/") else load(target)
            except PfvizError as error:
                target.unlink()
                refused.append(f"{path} was left out: {str(error).removeprefix(f'{target}: ')[:200]}")
            else:
                files.append(target)
    return Pulled(tuple(files), tuple(refused))
