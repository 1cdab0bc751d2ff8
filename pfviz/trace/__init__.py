"""What happened in a run, in columns; how it is recorded, saved and read."""

from pfviz.trace.columns import Node, Trace
from pfviz.trace.file import dumps, load, loads, save
from pfviz.trace.recorder import Recorder

__all__ = ["Node", "Recorder", "Trace", "dumps", "load", "loads", "save"]
