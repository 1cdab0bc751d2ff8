"""What a run costs, as ratios: against the bare limit, a peer and other engines, in tokens, and how it grows."""
