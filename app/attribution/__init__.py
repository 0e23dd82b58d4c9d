"""Where a visitor came from."""
