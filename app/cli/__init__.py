"""The command line: `flask pages | leads | webhooks | outbox | coupons | worker | purge | doctor | backup ...`."""

from flask import Flask

from app.cli.coupons import coupons
from app.cli.leads import leads
from app.cli.outbox import outbox
from app.cli.pages import pages
from app.cli.upkeep import backup, doctor, purge, restore
from app.cli.webhooks import webhooks
from app.cli.worker import worker

COMMANDS = (pages, leads, webhooks, outbox, coupons, worker, purge, doctor, backup, restore)


def register(app: Flask) -> None:
    """Give every command to the app."""
    for command in COMMANDS:
        app.cli.add_command(command)
