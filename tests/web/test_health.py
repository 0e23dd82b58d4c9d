"""What machines ask, over HTTP on both engines."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.adapters import clock
from app.db import Database
from app.outbox import actions as outbox
from app.outbox.models import Endpoint
from app.services import Services

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def running(app: Flask) -> Services:
    found: Services = app.extensions["gatepost"]
    return found


def owe_mail(database: Database, *, minutes_ago: int) -> None:
    now = clock.now() - timedelta(minutes=minutes_ago)
    database.write(lambda session: outbox.put(session, "mail.confirm", {}, now=now))


def test_healthz_answers_without_asking_the_database(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_fresh_server_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "checks": {"database": "ok", "schema": "ok", "outbox": "ok"}}


def test_a_message_that_has_waited_for_six_minutes_makes_the_server_not_ready(
    client: FlaskClient, running: Services
) -> None:
    owe_mail(running.database, minutes_ago=6)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "has waited" in answer.json["checks"]["outbox"]


def test_a_message_that_has_waited_for_four_minutes_does_not(client: FlaskClient, running: Services) -> None:
    owe_mail(running.database, minutes_ago=4)
    assert client.get("/readyz").status_code == 200


def test_what_waits_for_a_broken_receiver_does_not_take_the_server_out_of_service(
    client: FlaskClient, running: Services
) -> None:
    owed_to = endpoint_owed_since(running.database, minutes_ago=60)
    assert client.get("/readyz").status_code == 503
    running.database.write(
        lambda session: session.execute(sa.update(Endpoint).where(Endpoint.id == owed_to).values(opened_at=clock.now()))
    )
    assert client.get("/readyz").status_code == 200


def endpoint_owed_since(database: Database, *, minutes_ago: int) -> str:
    now = clock.now() - timedelta(minutes=minutes_ago)

    def work(session: Session) -> str:
        endpoint = outbox.add_endpoint(
            session, url="https://crm.example/in", events=["lead.erased"], sealed_secret="x", now=now
        )
        message = outbox.put(session, "webhook.lead_erased", {}, now=now)
        session.execute(
            sa.text("UPDATE message SET endpoint_id = :endpoint WHERE id = :id"),
            {"endpoint": endpoint, "id": message},
        )
        return endpoint

    return database.write(work)


def test_an_outdated_schema_makes_the_server_not_ready(client: FlaskClient, running: Services) -> None:
    running.database.write(lambda session: session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'")))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "version 0000" in answer.json["checks"]["schema"]


def test_metrics_count_requests_by_route_and_never_by_path(client: FlaskClient) -> None:
    client.get("/healthz")
    client.get("/no-such-page-for-jan")
    text = client.get("/metrics").text
    assert 'gatepost_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text
    assert 'gatepost_requests_total{method="GET",route="-",status="404"} 1.0' in text
    assert "jan" not in text


def test_metrics_tell_the_age_of_the_oldest_due_message(client: FlaskClient, running: Services) -> None:
    owe_mail(running.database, minutes_ago=3)
    text = client.get("/metrics").text
    [age] = [float(line.split()[1]) for line in text.splitlines() if line.startswith("gatepost_oldest_due_seconds ")]
    assert 180 <= age < 240


def test_metrics_are_refused_from_elsewhere(client: FlaskClient) -> None:
    assert client.get("/metrics", environ_base=ELSEWHERE).status_code == 403


def test_metrics_are_refused_through_an_unknown_proxy_on_this_machine(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403


class TestWithToken:
    @pytest.fixture
    def settings_overrides(self) -> dict[str, object]:
        return {"metrics_token": "figures-please"}

    def test_metrics_answer_who_brings_it(self, client: FlaskClient) -> None:
        headers = {"Authorization": "Bearer figures-please"}
        assert client.get("/metrics", environ_base=ELSEWHERE, headers=headers).status_code == 200

    def test_metrics_refuse_who_does_not_even_from_this_machine(self, client: FlaskClient) -> None:
        assert client.get("/metrics").status_code == 403
