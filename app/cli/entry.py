"""What the `flask` command loads: the app for the settings in the environment, without threads or a schema check."""

import sys

from flask import Flask
from flask_migrate import Migrate

from app import create_app, schema
from app.db import orm
from config import ConfigError, Settings


def create() -> Flask:
    """The app; settings that cannot be used end the command with every fault named."""
    try:
        app = create_app(Settings.from_env())
    except ConfigError as fault:
        sys.exit(str(fault))
    Migrate(app, orm, directory=str(schema.MIGRATIONS))
    return app
