"""Whether deliveries may go to a URL at all: asked when a receiver is added, not at the first lost event."""

from urllib.parse import urlsplit

import click

from app.adapters.host_names import addresses_of
from app.cli.group import failure
from app.outbox.target import rule_on, url_faults
from app.worker.setup import allowed_networks
from config import Settings


def require_target(settings: Settings, url: str) -> None:
    """Refuse now what every delivery would be refused for; a name that does not resolve yet is only warned about."""
    faults = url_faults(url)
    if faults:
        raise failure("This URL cannot be used.", hint=" ".join(faults))
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    addresses = addresses_of(host, port)
    if not addresses:
        click.echo(f"Warning: {host} does not resolve now; deliveries wait until it does.", err=True)
    for address in addresses:
        ruling = rule_on(address, port, allowed=allowed_networks(settings), needs_private=parts.scheme != "https")
        if not ruling.is_allowed:
            raise failure(f"Deliveries may not go to {host}.", hint=ruling.reason)
