"""Real servers under load, killed, stopped, cut off from their database: nothing acknowledged may be lost."""
