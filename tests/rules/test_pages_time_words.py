"""Days and times as people of each language write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.pages.time_words import clock_words, day_words, moment_words, zone_words

MARCH = datetime(2027, 3, 18, 9, 5, tzinfo=UTC).astimezone(ZoneInfo("Europe/Prague"))


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "Thursday, 18 March 2027, 10:05"),
        ("en-US", "Thursday, March 18, 2027, 10:05\u202fAM"),
        ("vi", "Thứ Năm, 18 tháng 3, 2027, 10:05"),
        ("cs", "čtvrtek 18. března 2027, 10:05"),
    ],
)
def test_moment_is_written_as_the_language_does(locale: str, words: str) -> None:
    assert moment_words(MARCH, locale) == words


def test_clock_shows_the_time_of_the_moment_s_own_zone() -> None:
    assert clock_words(MARCH, "en") == "10:05"


def test_day_may_stand_alone() -> None:
    assert day_words(MARCH.date(), "cs") == "18. března 2027"


def test_zone_has_a_long_and_a_short_name() -> None:
    assert zone_words(MARCH, "en") == "Central European Standard Time"
    assert zone_words(MARCH, "en", is_short=True) == "CET"
