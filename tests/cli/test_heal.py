"""`ponte heal`: what it is given, what it answers, and that it tells ids only."""

from typing import Any

import pytest

from cli.main import run
from cli.place import Place
from ponte.runtime import wiring
from ponte.runtime.drift_report import MAX_LISTED, MAX_SAMPLES, DriftReport
from ponte.runtime.healing import Wish
from tests.cli.conftest import Run


class Standing:
    """Healing that was told what to answer and remembers what it was asked."""

    def __init__(self, report: DriftReport) -> None:
        self.report = report
        self.wishes: list[Wish] = []

    def run(self, wish: Wish, _budget_ms: int) -> DriftReport:
        self.wishes.append(wish)
        return self.report

    def last_report(self) -> dict[str, Any]:
        return self.report.as_data()


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Standing:
    report = DriftReport(dry_run=False, at_ms=1_790_000_000_000, checked=3, missing=2, sent_on=2, took_ms=1_500)
    report.sample("contoso.bitrix24.com.br", "1767", 85853, 1_789_990_000_000, "missing")
    report.cannot_check("contoso.bitrix24.com.br", "1768", "abc", "access_denied")
    report.cannot_check("contoso.bitrix24.com.br", "1769", "abd", "last_session_only")
    report.dead_letters = {"bitrix24_events": 4}
    made = Standing(report)
    monkeypatch.setattr(wiring, "healing", lambda: made)
    return made


@pytest.mark.parametrize(
    ("arguments", "wish"),
    [
        ((), Wish()),
        (("--since", "24h"), Wish(since_ms=86_400_000)),
        (("--since", "90m", "--dry-run"), Wish(since_ms=5_400_000, dry_run=True)),
        (("--since", "7d"), Wish(since_ms=604_800_000)),
    ],
    ids=str,
)
def test_options_become_a_wish(standing: Standing, ponte: Run, arguments: tuple[str, ...], wish: Wish) -> None:
    status, answer = ponte("heal", *arguments)
    assert (status, standing.wishes) == (0, [wish])
    assert answer["report"]["missing"] == 2


@pytest.mark.parametrize("since", ["", "24", "0h", "8d", "169h", "-1h", "24H", "1h30m", "x", "99999d"])
def test_a_range_that_is_none_is_a_wrong_usage(standing: Standing, ponte: Run, since: str) -> None:
    status, answer = ponte("heal", f"--since={since}")
    assert (status, standing.wishes) == ((2, []) if since else (0, [Wish()]))
    assert since == "" or answer["error"] == "usage"


def test_an_unknown_portal_is_said_and_nothing_runs(standing: Standing, ponte: Run) -> None:
    assert ponte("heal", "--portal", "nobody.bitrix24.com.br") == (1, {"error": "portal_unknown"})
    assert standing.wishes == []


def test_the_report_alone_runs_nothing(standing: Standing, ponte: Run) -> None:
    status, answer = ponte("heal", "--report")
    assert (status, answer["report"]["checked"], standing.wishes) == (0, 3, [])
    assert ponte("heal", "--report", "--dry-run")[0] == 2


def test_without_a_first_run_there_is_no_report(ponte: Run) -> None:
    assert ponte("heal", "--report") == (1, {"report": None})


def test_a_run_on_an_empty_place_finds_nothing_and_leaves_its_report(ponte: Run) -> None:
    status, answer = ponte("heal")
    assert (status, answer["report"]["checked"], answer["report"]["complete"]) == (0, 0, True)
    assert ponte("heal", "--report") == (0, answer)


@pytest.mark.parametrize("what", ["busy", "incomplete"])
def test_what_was_not_done_is_no_success(standing: Standing, ponte: Run, what: str) -> None:
    standing.report.complete = False
    standing.report.busy = what == "busy"
    assert ponte("heal")[0] == 1


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("pt-BR", ["nunca chegaram", "85853", "1768", "último atendimento", "mensagens mortas em bitrix24_events"]),
        ("en", ["never reached us", "85853", "1768", "last session only", "dead letters of bitrix24_events"]),
    ],
)
def test_people_read_what_was_found_and_what_could_not_be_checked(
    standing: Standing, place: Place, capsys: pytest.CaptureFixture[str], lang: str, words: list[str]
) -> None:
    assert run(["heal", "--sandbox", f"--lang={lang}"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert [word for word in words if word not in told] == []


def test_long_lists_are_cut_and_counted() -> None:
    report = DriftReport(dry_run=False, at_ms=0)
    for number in range(MAX_LISTED + 5):
        report.cannot_check("d", str(number), "c", "access_denied")
        report.sample("d", "1", number, 0, "missing")
    assert (len(report.uncheckable), report.uncheckable_total) == (MAX_LISTED, MAX_LISTED + 5)
    assert len(report.samples) == MAX_SAMPLES
