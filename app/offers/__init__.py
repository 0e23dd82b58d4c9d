"""What a lead receives."""
