"""SIGKILL to the whole process group at random moments, under load."""

import random

from tests.crash.conftest import MakeHouse
from tests.crash.run import kill_again_and_again

KILLS = 5


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(make_house: MakeHouse, engine_name: str) -> None:
    figures = kill_again_and_again(make_house(), engine=engine_name, kills=KILLS, chance=random.Random())
    print(figures)
    assert not figures.faults, "\n".join(figures.faults[:20])
    assert figures.kills == KILLS
    assert figures.acknowledged == figures.confirmed == figures.posted > 50
