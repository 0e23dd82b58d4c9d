"""Rerunnable figures with public tools: every rate beside a limit that was measured in the same run."""
