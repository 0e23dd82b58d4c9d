"""What must leave the house."""
