"""What a run costs, as ratios: against the bare limit, a peer and other engines, in tokens, and how it grows.

    python -m benchmarks --particles 4,16 --rounds 3

Run it at the root of a checkout; `pfviz bench` is the same. It is no part of the installed package: it starts servers
and other processes, and makes an environment for the peer.
"""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
"""Where the processes that measure apart are started, so that they find this package."""
