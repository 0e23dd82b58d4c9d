"""Who may send how much at once: a lane per endpoint and one for mail, under one ceiling.

A quick lane is claimed ahead, so that it does not wait for the database between requests; a slow or failing one is
not, and gives back what it holds, so that nothing sits in memory behind it.
"""

from collections import deque
from dataclasses import dataclass, field

from app.outbox.delivery import Claimed, Free, Receiver

MAIL = "mail"
QUICK_MS = 250
DEPTH = 4


@dataclass(slots=True)
class Lane:
    """One line of messages: `running` are being sent, `waiting` are leased and next."""

    cap: int
    running: int = 0
    depth: int = 1
    waiting: deque[Claimed] = field(default_factory=deque)

    @property
    def held(self) -> int:
        """How many messages this worker holds for the lane."""
        return self.running + len(self.waiting)


class Lanes:
    """All lanes of one worker; used from its event loop only."""

    def __init__(self, *, slots: int, mail_cap: int) -> None:
        self._slots = slots
        self._mail_cap = mail_cap
        self._lanes: dict[str, Lane] = {MAIL: Lane(cap=mail_cap)}
        self._running = 0
        self.receivers: dict[str, Receiver] = {}

    @property
    def running(self) -> int:
        """How many messages are being sent."""
        return self._running

    @property
    def held(self) -> int:
        """How many messages are leased by this worker."""
        return sum(lane.held for lane in self._lanes.values())

    def free(self) -> Free:
        """What may be claimed now."""
        endpoints = {name: lane for name, lane in self._lanes.items() if name != MAIL}
        return Free(
            total=max(2 * self._slots - self.held, 0),
            mail=max(self._mail_cap - self._lanes[MAIL].held, 0),
            busy={name: lane.held for name, lane in endpoints.items() if lane.held},
            depth={name: lane.depth for name, lane in endpoints.items() if lane.depth > 1},
        )

    def add(self, message: Claimed, receiver: Receiver | None) -> None:
        """A message was claimed."""
        name = message.endpoint_id or MAIL
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(cap=1)
        if receiver is not None:
            self.receivers[name] = receiver
            lane.cap = max(1, min(receiver.cap, self._slots // 4))
        lane.waiting.append(message)

    def next(self) -> Claimed | None:
        """A message that may be sent now; the caller sends it and calls `ended`."""
        if self._running < self._slots:
            for lane in self._lanes.values():
                if lane.waiting and lane.running < lane.cap:
                    return self._begin(lane)
        return None

    def next_of(self, name: str) -> Claimed | None:
        """The same for one lane."""
        lane = self._lanes[name]
        if lane.waiting and lane.running < lane.cap and self._running < self._slots:
            return self._begin(lane)
        return None

    def ended(self, message: Claimed, *, is_accepted: bool, ms: int) -> list[Claimed]:
        """A message was sent or not; gives what is to be handed back because the lane is not quick."""
        name = message.endpoint_id or MAIL
        lane = self._lanes[name]
        lane.running -= 1
        self._running -= 1
        if is_accepted and ms < QUICK_MS:
            lane.depth = DEPTH
            return []
        lane.depth = 1
        return self._emptied(lane)

    def drain(self) -> list[Claimed]:
        """Everything that waits, taken out: it is to be handed back."""
        return [message for lane in self._lanes.values() for message in self._emptied(lane)]

    def forget_idle(self) -> None:
        """Drop lanes that hold nothing, so that removed endpoints leave no trace."""
        idle = [name for name, lane in self._lanes.items() if not lane.held and name != MAIL]
        for name in idle:
            del self._lanes[name]
            self.receivers.pop(name, None)

    def _begin(self, lane: Lane) -> Claimed:
        lane.running += 1
        self._running += 1
        return lane.waiting.popleft()

    @staticmethod
    def _emptied(lane: Lane) -> list[Claimed]:
        waiting = list(lane.waiting)
        lane.waiting.clear()
        return waiting
