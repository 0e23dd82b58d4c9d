"""The WSGI stack: settings, the app, the page cache in front of it, and the worker beside it."""

from app.server import serve
from config import Settings

app = serve(Settings.from_env())
