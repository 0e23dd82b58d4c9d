"""Two web processes and two workers on one PostgreSQL are one Gatepost, also when one of each is killed."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiohttp import web
from sqlalchemy import select

from app.capture.models import Submission
from app.outbox.delivery import State
from app.outbox.models import Attempt, Message
from app.pages.models import PageChange
from tests.crash.audit import HOUSE_TOPIC, Figures, audit
from tests.crash.browser import Answer, Browser
from tests.crash.crowd import Crowd
from tests.crash.house import LEASE_SECONDS, House
from tests.crash.ledger import Ledger, Visitor
from tests.crash.prepared import PAGE, prepared_on
from tests.crash.run import drain, wait_until
from tests.factories.server_process import ServerProcess
from tests.factories.worker_process import WorkerProcess

pytestmark = [pytest.mark.crash, pytest.mark.postgres, pytest.mark.xdist_group("crash")]
PATH = f"/p/{PAGE}"
POSTS_PER_NETWORK = 12


@dataclass(slots=True)
class Cluster:
    """Two nodes and two workers; `house` holds what they share."""

    house: House
    nodes: list[ServerProcess]
    workers: list[WorkerProcess]

    @property
    def ports(self) -> list[int]:
        """Where the nodes listen."""
        return [node.port for node in self.nodes]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One cluster for all tests of this file; the one that kills comes last."""
    folder = tmp_path_factory.mktemp("cluster")
    more = {"GATEPOST_WORKER": "off", "GATEPOST_POSTS_PER_NETWORK": str(POSTS_PER_NETWORK)}
    with ExitStack() as stack:
        house = stack.enter_context(prepared_on("postgres").house(folder / "house", more))
        environ = {**house.environ, "GATEPOST_PAGES_DIR": str(folder / "house" / "pages")}
        house.server.environ = environ
        second = ServerProcess(house.data_dir, environ)
        own = {**environ, "GATEPOST_DATA_DIR": str(house.data_dir)}
        workers = [WorkerProcess(folder / f"worker{number}.log", own) for number in (1, 2)]
        started: tuple[ServerProcess | WorkerProcess, ...] = (house.server, second, *workers)
        for each in started:
            each.start()
            stack.callback(_end, each)
        yield Cluster(house, [house.server, second], workers)


def test_a_publish_and_a_revert_are_seen_by_both_nodes_within_a_second(cluster: Cluster) -> None:
    source = cluster.house.data_dir / "pages" / PAGE / "page.en.yaml"
    before, after = source.read_text(encoding="utf-8"), "Seven teas are too many"
    source.write_text(before.replace("Six teas are enough", after), encoding="utf-8")
    published = _seen_after(cluster, ("pages", "publish"), lambda text: after in text)
    source.write_text(before, encoding="utf-8")
    reverted = _seen_after(cluster, ("pages", "revert", PAGE, "1"), lambda text: after not in text)
    print(f"seconds until seen by each node: publish {published}, revert {reverted}")
    assert max(published + reverted) < 1


def test_posts_are_counted_across_nodes(cluster: Cluster) -> None:
    ledger = Ledger("limits")
    first, second = (Browser(port) for port in cluster.ports)
    with first, second:
        for _ in range(POSTS_PER_NETWORK):
            assert _post(first, ledger.next()).status == 303
        time.sleep(1.2)
        statuses: list[int] = []
        while 429 not in statuses and len(statuses) < POSTS_PER_NETWORK:
            statuses.append(_post(second, ledger.next()).status)
            time.sleep(0.4)
    # The second node learns of a count when it adds to it, so it may let a few pass, never a whole limit.
    assert statuses[-1] == 429
    assert len(statuses) <= POSTS_PER_NETWORK // 2


def test_a_visit_at_one_node_counts_for_a_post_at_the_other(cluster: Cluster) -> None:
    visitor = Ledger("visits").next()
    first, second = (Browser(port) for port in cluster.ports)
    with first, second:
        first.address = second.address = "20.250.1.7"
        first.get(f"{PATH}?utm_source=partner&utm_medium=referral")
        second.get(f"{PATH}?utm_source=monthly&utm_medium=email")
        time.sleep(2.5)
        form = {name: value for name, value in visitor.form.items() if name != "gp_ms"}
        assert second.post(PATH, form).status == 303
    (stored,) = cluster.house.read(select(Submission).where(Submission.email == visitor.email))
    assert not stored.flags
    assert [touch["facts"].get("source") for touch in stored.touches] == ["partner", "monthly"]


def test_the_time_trap_knows_a_visit_at_the_other_node(cluster: Cluster) -> None:
    visitor = Ledger("trap").next()
    first, second = (Browser(port) for port in cluster.ports)
    with first, second:
        first.address = second.address = "20.250.2.7"
        first.get(PATH)
        time.sleep(1.2)
        form = {name: value for name, value in visitor.form.items() if name != "gp_ms"}
        assert second.post(PATH, form).status == 303
    (stored,) = cluster.house.read(select(Submission).where(Submission.email == visitor.email))
    assert stored.flags == ["sent within two seconds"]


def test_killing_a_node_and_a_worker_under_load_loses_and_doubles_nothing(cluster: Cluster) -> None:
    async def slow(_request: web.Request, _body: bytes) -> web.Response:
        await asyncio.sleep(0.4)
        return web.Response()

    house, ledger = cluster.house, Ledger("cluster")
    house.receiver.answer = slow
    crowd = Crowd(ledger, house.mail.box, cluster.ports, posting=6, confirming=4)
    crowd.start()
    try:
        wait_until(lambda: len(house.receiver.arrived) > 20, "webhooks arrive")
        dead = cluster.workers[0]
        held = _held_at_the_death_of(dead, house)
        killed = time.monotonic()
        time.sleep(0.5)
        cluster.nodes[1].kill()
        retaken = wait_until(lambda: not _leased_since(house, held), "the leases of the dead are retaken") - killed
        time.sleep(1)
        figures = Figures("two nodes, two workers", kills=2, faults=drain(house, crowd, ledger))
    finally:
        crowd.stop()
    assert cluster.workers[1].stop() == 0
    assert cluster.nodes[0].stop() == 0
    audit(house, ledger, figures)
    attempts = house.read(select(Attempt.worker).where(Attempt.message_id.in_(held)))
    print(f"{len(held)} messages in the dead worker's hands, retaken within {retaken:.1f} s; {figures}")
    assert held
    assert any(name.endswith(f":{cluster.workers[1].pid}") for name in attempts)
    assert not figures.faults, "\n".join(figures.faults[:20])


def _end(process: ServerProcess | WorkerProcess) -> None:
    if process.is_running:
        process.kill()


def _held_at_the_death_of(worker: WorkerProcess, house: House) -> dict[str, str]:
    """Kill a worker; gives the leases, by message, that end only because their time is over."""
    worker.kill()
    first = _leases(house)
    # The living worker settles or gives back its own within the time of one delivery; the dead one cannot.
    time.sleep(LEASE_SECONDS / 3)
    later = _leases(house)
    return {message_id: lease for message_id, lease in first.items() if later.get(message_id) == lease}


def _leases(house: House) -> dict[str, str]:
    wanted = select(Message).where(Message.state == State.LEASED, Message.topic != HOUSE_TOPIC)
    return {one.id: one.lease for one in house.read(wanted)}


def _leased_since(house: House, held: dict[str, str]) -> bool:
    return any(held[message_id] == lease for message_id, lease in _leases(house).items() if message_id in held)


def _seen_after(cluster: Cluster, command: tuple[str, ...], is_new: Callable[[str], bool]) -> list[float]:
    """Run a flask command; for each node the seconds from the change in the database until its page was the new one."""

    def watch(port: int) -> datetime:
        wait_until(lambda: is_new(_page(port)), f"{command} is seen")
        return datetime.now(UTC)

    with ThreadPoolExecutor(2) as threads:
        moments = [threads.submit(watch, port) for port in cluster.ports]
        cluster.nodes[0].command("-m", "flask", *command)
        seen = [moment.result() for moment in moments]
    changed = cluster.house.read(select(PageChange.at).order_by(PageChange.id.desc()).limit(1))[0]
    return [round((moment - changed).total_seconds(), 2) for moment in seen]


def _page(port: int) -> str:
    with Browser(port) as browser:
        return browser.get(PATH).text


def _post(browser: Browser, visitor: Visitor) -> Answer:
    browser.address = "20.250.0.7"
    return browser.post(PATH, visitor.form)
