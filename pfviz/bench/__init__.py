"""What a run costs, as ratios: against the bare limit, against a peer, in tokens, and how it grows."""
