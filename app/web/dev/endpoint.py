"""The receiver that `./dev run` starts with, so that the first confirmed lead is seen to arrive somewhere."""

from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.adapters import clock
from app.adapters.secret_box import SecretBox, new_secret
from app.outbox import actions, queries, topics
from app.services import Services

PATH = "/dev/sink"


def ensure_dev_endpoint(app: Services) -> str:
    """Add the built-in receiver unless there is one already; gives its id. Harmless to call at every start."""
    box = SecretBox(app.settings.secret_keys)
    url = f"http://127.0.0.1:{app.settings.port}{PATH}"

    def add(session: Session) -> str:
        for endpoint in queries.endpoints(session):
            if is_sink(endpoint.url):
                endpoint.url = url
                return endpoint.id
        return actions.add_endpoint(
            session,
            url=url,
            events=topics.event_names(),
            sealed_secret=box.seal(new_secret()),
            now=clock.now(),
            description="Built-in receiver of ./dev run",
        )

    return app.database.write(add)


def is_sink(url: str) -> bool:
    """Whether an endpoint's URL is that of the built-in receiver, on whatever port it ran."""
    parts = urlsplit(url)
    return parts.hostname in {"127.0.0.1", "localhost"} and parts.path == PATH
