"""A reward that is fitted here: sample, label, describe by hidden states, fit, calibrate, evaluate, write."""
