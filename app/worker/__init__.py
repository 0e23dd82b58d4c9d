"""Claim what is due, send it, settle: the loop that empties the outbox, in a thread or as `flask worker`."""

from app.worker.loop import Worker
from app.worker.setup import ring_over_postgres, worker_for, worker_of

__all__ = ["Worker", "ring_over_postgres", "worker_for", "worker_of"]
