"""The outside world; called by edges only."""
