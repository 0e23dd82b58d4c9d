"""Mail catcher and webhook receiver of a development run."""
