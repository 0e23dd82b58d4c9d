"""Telling people from programs."""

import pytest

from app.attribution.bots import TrafficClass, classify

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
PEOPLE = [
    CHROME,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
    " Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0"
    " Mobile Safari/537.36 Zalo android/241001 ZaloTheme/light ZaloLanguage/vi",
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/124.0"
    " Chrome/118.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/440.0]",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_are_people(agent: str) -> None:
    assert classify(agent, "GET", accept=HTML).traffic is TrafficClass.HUMAN


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; SeznamBot/4.0; +http://napoveda.seznam.cz/seznambot-intro/)",
        "Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)",
        "Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        CHROME.replace("Chrome", "HeadlessChrome"),
        "curl/8.5.0",
        "python-requests/2.32",
        "",
        "   ",
    ],
)
def test_programs_are_bots_and_say_why(agent: str) -> None:
    verdict = classify(agent, "GET", accept=HTML)
    assert verdict.traffic is TrafficClass.BOT
    assert 0 < len(verdict.reason) <= 60


@pytest.mark.parametrize(
    "agent", ["BarracudaCentral/1.0", "Mozilla/5.0 (Windows NT 10.0) Proofpoint URL Defense", "ZaloBot/1.0"]
)
def test_mail_gateways_are_scanners(agent: str) -> None:
    assert classify(agent, "GET", accept=HTML).traffic is TrafficClass.SCANNER


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender", "Prefetch;anonymous-client-ip", "prerender"])
def test_a_browser_fetching_ahead_is_no_visit(purpose: str) -> None:
    assert classify(CHROME, "GET", purpose=purpose, accept=HTML).traffic is TrafficClass.PREFETCH


def test_head_and_known_scanners_are_scanners() -> None:
    assert classify(CHROME, "HEAD", accept=HTML).traffic is TrafficClass.SCANNER
    assert classify(CHROME, "GET", accept=HTML, known_scanner=True).traffic is TrafficClass.SCANNER


@pytest.mark.parametrize("accept", ["", "*/*", "image/avif,image/webp"])
def test_who_does_not_ask_for_html_is_unknown(accept: str) -> None:
    assert classify(CHROME, "GET", accept=accept).traffic is TrafficClass.UNKNOWN


def test_a_long_user_agent_is_cut_before_it_is_searched() -> None:
    assert classify(CHROME + " " + "x" * 1000 + " Googlebot/", "GET", accept=HTML).traffic is TrafficClass.HUMAN


def test_classes_fit_their_column() -> None:
    assert max(len(traffic.value) for traffic in TrafficClass) <= 10
