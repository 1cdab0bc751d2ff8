"""Rewards that need no weights of their own: functions, the oracle, confidence, and rewards broken on purpose."""
