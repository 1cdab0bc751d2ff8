"""The lab tried on rewards whose faults are known."""
