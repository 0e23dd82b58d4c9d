"""Outside `./dev run` its tools do not exist."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/dev", "/dev/mail", "/dev/mail.json", "/dev/sink", "/dev/sink.json"])
def test_there_is_nothing_under_dev(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code in {404, 405}
