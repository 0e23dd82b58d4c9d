"""Which browser the tests drive."""

import os
import shutil

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none", "--force-color-profile=srgb"]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of an installed Chromium or Chrome; None leaves the choice to Playwright."""
    if named := os.environ.get("CHROMIUM_PATH"):
        return named
    return next((path for name in _NAMES if (path := shutil.which(name))), None)
