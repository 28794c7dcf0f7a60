"""The catalogue of the command line: complete, in both languages, harmless on a terminal."""

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from cli import words as catalogue
from cli.heal import COUNTS, PEOPLE_COUNTS
from cli.words import LANGUAGES, plain, reason, words
from ponte.relays.people_drift import What
from ponte.runtime.people_preview import What as Done
from ponte.runtime.people_verify import What as Broken
from ponte.texts.cli import TEXTS
from ponte.texts.cli_backfill import TEXTS as BACKFILL
from ponte.texts.cli_heal import TEXTS as HEAL
from ponte.texts.cli_offices import TEXTS as OFFICES
from ponte.texts.doctor import TEXTS as DOCTOR
from ponte.texts.masks import masked
from ponte.texts.people import TEXTS as PEOPLE
from ponte.zattar.values import Tipo

ROOT = Path(__file__).parents[2]
ALL = TEXTS | BACKFILL | HEAL | DOCTOR | OFFICES | PEOPLE
FAMILIES = {key.partition(".")[0] for key in ALL}
LITERAL = re.compile(rf'"((?:{"|".join(sorted(FAMILIES))})\.[a-z_A-Z.]+)"')
CHECK = re.compile(r'check(?:, about)?(?:, line)? = "([a-z._]+)"|(?:ok|problem|unchecked|unasked)\("([a-z._]+)"')


def sources() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "cli").rglob("*.py"))


def test_every_sentence_that_the_code_names_is_there() -> None:
    named = set(LITERAL.findall(sources()))
    assert len(named) > 60
    assert {key for key in named if key not in ALL} == set()


def test_every_check_has_a_title() -> None:
    checks = {first or second for first, second in CHECK.findall(sources())} - {""}
    assert len(checks) > 15
    assert {check for check in checks if f"doctor.{check}" not in ALL} == set()


@pytest.mark.parametrize("key", sorted(ALL))
def test_a_sentence_names_the_same_things_in_both_languages(key: str) -> None:
    fields = {lang: {name for _, name, _, _ in Formatter().parse(ALL[key][lang]) if name} for lang in LANGUAGES}
    assert fields["pt-BR"] == fields["en"]
    assert all(ALL[key][lang] for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("family", "members"),
    [
        ("direction", ("inbound", "outbound")),
        ("status", ("SENDING", "RETRY", "UNKNOWN", "PARKED", "SKIPPED", "SENT", "DELIVERED", "READ", "FAILED")),
        ("portal_status", ("active", "reauth", "disabled")),
        ("parked.state", ("redriven", "not_parked", "not_queued", "dropped")),
        ("heal", COUNTS),
        ("heal", ("missing_one", "stale_one", "stop.time", "stop.rate", "stop.other")),
        ("heal.people", (*PEOPLE_COUNTS, *get_args(What.__value__))),
        ("heal.people.stop", ("time", "full", "more", "rate", "other")),
        ("backfill.what", get_args(Done.__value__)),
        ("backfill.stage", (*Tipo, "chatwoot", "end")),
        ("verify", get_args(Broken.__value__)),
        ("heal.why", ("last_session_only", "too_long", "author_unknown", "chat_unknown")),
        ("step", ("find_contact", "find_by_origin", "add_contact", "add_phone", "fetch", "fetch_late", "send", "save")),
        ("step", ("find", "check", "update", "delete", "note", "notice", "mark_read", "send_again", "send_file")),
        (
            "step",
            ("quote", "catalogue", "file", "upload", "header_file", "header_upload", "notice_file", "notice_files"),
        ),
        (
            "step",
            ("hold", "stop_holding", "template", "asked", "ack", "notice_held", "notice_late", "let_go", "change"),
        ),
        ("replay.held", ("ask", "wait", "first")),
        ("people.kind", ("alias", "card", "phone_moved")),
        ("people.grade", ("strong", "weak")),
        ("people.alias", ("bsuid", "parent", "phone")),
        ("people.refused", ("not_found", "same", "undone", "too_many", "contended")),
        ("dlq.state", ("empty", "moved", "started", "refused")),
    ],
)
def test_every_member_of_a_closed_set_has_a_word(family: str, members: tuple[str, ...]) -> None:
    assert all(catalogue.knows(f"{family}.{member}") for member in members)


def test_a_vendors_reason_comes_from_the_shared_catalogue() -> None:
    row = {"reason": "reason.whatsapp.131047", "reason_detail": ""}
    assert "24" in reason(row, "pt-BR")
    assert "code_of_tomorrow" in words("reason.bitrix24.code_of_tomorrow", "en", code="code_of_tomorrow", detail="-")


def test_a_sentence_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        words("doctor.nothing_of_the_kind")


@pytest.mark.parametrize(
    ("given", "shown"),
    [("\x1b[2Jgone", "[2Jgone"), ("a\nb\r\x07", "a b"), ("Canção ☎", "Canção ☎"), ("\u202eevil", "evil")],
)
def test_what_others_wrote_cannot_steer_the_terminal(given: str, shown: str) -> None:
    assert plain(given) == shown
    assert shown in words("dlq.unknown", "en", name=given, known="-")


@pytest.mark.parametrize(
    ("given", "shown"),
    [("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "0f1e…e1f0"), ("short", "…"), ("exactly14chars", "…"), ("", "…")],
)
def test_a_mask_never_shows_most_of_an_id(given: str, shown: str) -> None:
    assert masked(given) == shown
