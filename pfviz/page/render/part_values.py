"""What an update of the page is."""

from __future__ import annotations

from typing import Any

PartValues = dict[str, Any]
"""Name of a part of the page → its new value; parts that are not named stay as they are."""
