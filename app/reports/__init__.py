"""Read-only figures that join rooms."""
