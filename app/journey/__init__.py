"""The story across rooms, one file a story."""
