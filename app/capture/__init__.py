"""What a visitor sent."""
