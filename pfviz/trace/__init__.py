"""What happened in a run, in columns; how it is recorded, saved and read."""

from pfviz.trace.json_file import dumps, load, loads, save
from pfviz.trace.recorder import Recorder
from pfviz.trace.trace import Node, Trace

__all__ = ["Node", "Recorder", "Trace", "dumps", "load", "loads", "save"]
