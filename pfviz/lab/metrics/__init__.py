"""How good a reward is, in numbers: AUC, calibration, first errors, best of n."""
