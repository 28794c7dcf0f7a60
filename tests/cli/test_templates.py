"""`ponte templates`: what is listed, and which templates may open a shut window."""

from dataclasses import replace

import pytest

from cli import templates as command
from ponte.mappings import MemberId, Number, PhoneNumberId, WindowTemplate
from ponte.outcome import Blocked, Outcome
from ponte.runtime import wiring
from ponte.storage.directory import NUMBER_RATE, PAIR_RATE
from ponte.whatsapp.templates import Template
from tests.cli.conftest import Run

FIT = Template("retomar", "pt_BR", "APPROVED", "UTILITY", ({"type": "BODY", "text": "Olá, {{1}}!"},), read_ms=1)
SET = ("templates", "set-window-template", "--phone-number-id", "106540352242922", "--yes")


@pytest.fixture
def number(ponte: Run) -> Number:
    one = Number(PhoneNumberId("106540352242922"), "1022", "+55 11", MemberId("m"), "c", 7, NUMBER_RATE, PAIR_RATE)
    ponte("numbers", "list")
    wiring.directory().save_number(one)
    return one


def graph(monkeypatch: pytest.MonkeyPatch, answer: list[Template] | Outcome) -> None:
    monkeypatch.setattr(command, "refresh", lambda _means, _waba: answer)


def kept() -> WindowTemplate | None:
    number = wiring.directory().number("106540352242922", fresh=True)
    return number.window_template if number else None


def test_a_fit_template_is_kept_and_shown_and_can_be_taken_back(
    ponte: Run, number: Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph(monkeypatch, [FIT])
    status, answer = ponte(*SET, "--name", "retomar", "--parameter", "{primeiro_nome}")
    assert (status, answer["window_template"]["parameters"]) == (0, ["{primeiro_nome}"])
    assert kept() == WindowTemplate("retomar", "pt_BR", ("{primeiro_nome}",))
    wiring.means().templates.keep("1022", FIT)
    (row,) = ponte("templates", "list")[1]["templates"]
    assert (row["name"], row["category"], row["opens_windows_of"]) == ("retomar", "UTILITY", ["106540352242922"])
    ponte(
        "numbers", "put", "--phone-number-id", "106540352242922", "--waba-id", "1022", "--phone", "+551130304040", "-y"
    )
    assert kept() is not None
    assert ponte(*SET, "--off")[0] == 0
    assert kept() is None


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        (replace(FIT, category="MARKETING"), "category"),
        (replace(FIT, status="PAUSED"), "status"),
        (replace(FIT, language="en"), "missing"),
        (replace(FIT, components=({"type": "BODY", "text": "Olá"},)), "count"),
    ],
)
def test_a_template_that_meta_would_refuse_or_that_promotes_is_not_kept(
    ponte: Run, number: Number, monkeypatch: pytest.MonkeyPatch, template: Template, wrong: str
) -> None:
    graph(monkeypatch, [template])
    status, answer = ponte(*SET, "--name", "retomar", "--parameter", "{nome}")
    assert (status, answer["error"]) == (1, wrong)
    assert kept() is None


def test_a_catalogue_that_cannot_be_read_changes_nothing(
    ponte: Run, number: Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph(monkeypatch, Blocked("190"))
    assert ponte(*SET, "--name", "retomar")[0] == 1
    assert ponte("templates", "refresh")[0] == 1
    assert kept() is None


@pytest.mark.parametrize(
    "options", [(), ("--name", "a", "--off"), ("--name", "Não é"), ("--name", "a", "--language", "#")]
)
def test_what_is_not_clear_is_wrong_usage(ponte: Run, number: Number, options: tuple[str, ...]) -> None:
    assert ponte(*SET, *options)[0] == 2


def test_a_number_that_is_not_on_the_list_is_said(ponte: Run) -> None:
    assert ponte(*SET, "--off") == (1, {"error": "not_found", "id": "106540352242922"})
