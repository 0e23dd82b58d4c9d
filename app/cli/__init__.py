"""The command line: `flask pages | leads | webhooks | outbox | coupons | worker | purge | doctor | backup ...`."""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

COMMANDS = {
    "pages": "pages",
    "submissions": "submissions",
    "leads": "leads",
    "campaigns": "campaigns",
    "webhooks": "webhooks",
    "outbox": "outbox",
    "coupons": "coupons",
    "seed": "seed",
    "worker": "worker",
    "purge": "upkeep",
    "doctor": "upkeep",
    "backup": "upkeep",
    "restore": "upkeep",
}
"""Every command and the file it stands in, loaded when it is asked for: a serving process needs none of them."""


class Commands(AppGroup):
    """All commands of the app."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(f"app.cli.{COMMANDS[cmd_name]}"), cmd_name)
        return command


def register(app: Flask) -> None:
    """Give every command to the app."""
    app.cli = Commands()
