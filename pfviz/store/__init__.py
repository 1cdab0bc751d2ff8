"""Runs on disk: stored as they happen, found again, gone on with."""

from pfviz.store.entry import RunEntry
from pfviz.store.limits import Limits
from pfviz.store.location import default_path
from pfviz.store.recording import Recording
from pfviz.store.store import Store

__all__ = ["Limits", "Recording", "RunEntry", "Store", "default_path"]
