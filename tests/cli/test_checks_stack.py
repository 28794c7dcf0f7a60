"""Our own side and the queues: each finding from the answers that lead to it."""

from dataclasses import replace

import pytest

from cli.doctor.circuits import CircuitProbe, circuit
from cli.doctor.findings import Failed, Finding
from cli.doctor.queues import QueueProbe, dead_letters, oldest, parked, spill
from cli.doctor.stack import Reply, Verification, app_secret, resources, signatures, verification
from ponte.storage.circuits import Circuit
from ponte.storage.secrets import AppSecrets

SECRET = AppSecrets(("a1", "b2"), ("verify",), "EAA", "local.1", "secret")
RIGHT, WRONG = Reply(200, "text/plain; charset=utf-8", "1234"), Reply(403, "text/plain", "")
URL = "https://api.example/webhooks/meta"


def told(finding: Finding) -> tuple[str, str]:
    return finding.state, finding.key.removeprefix("doctor.")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({"core_table": "", "key": ""}, ("ok", "stack.resources.ok")),
        ({"core_table": "ResourceNotFoundException", "key": ""}, ("problem", "stack.resources.down")),
        ({"core_table": "AccessDeniedException"}, ("problem", "stack.resources.denied")),
        ({"core_table": "AccessDenied", "key": "NotFoundException"}, ("problem", "stack.resources.down")),
    ],
    ids=["all answer", "one missing", "denied", "denied and missing"],
)
def test_resources(states: dict[str, str], expected: tuple[str, str]) -> None:
    assert told(resources(states)) == expected


def test_the_resources_that_do_not_answer_are_named() -> None:
    finding = resources({"core_table": "X", "state_table": ""})
    assert "core_table (X)" in finding.sentence("pt-BR")
    assert "state_table" not in finding.sentence("pt-BR")


@pytest.mark.parametrize(
    ("secret", "expected", "what"),
    [
        (SECRET, ("ok", ""), ""),
        (Failed("app_secret_shape"), ("problem", "stack.app_secret.shape"), "app_secrets"),
        (Failed("AccessDeniedException"), ("problem", "stack.app_secret.unreadable"), "AccessDeniedException"),
        (replace(SECRET, app_secrets=()), ("problem", "stack.app_secret.missing"), "meta.app_secrets"),
        (replace(SECRET, access_token=""), ("problem", "stack.app_secret.missing"), "meta.access_token"),
        (replace(SECRET, client_id="not-set-yet"), ("problem", "stack.app_secret.missing"), "bitrix24.client_id"),
        (replace(SECRET, verify_tokens=("a b",)), ("problem", "stack.app_secret.blanks"), "meta.verify_tokens"),
        (replace(SECRET, app_secrets=("ok", "a\n")), ("problem", "stack.app_secret.blanks"), "meta.app_secrets"),
    ],
    ids=["whole", "no json", "unreadable", "no app secret", "no token", "placeholder", "blank", "line break"],
)
def test_app_secret(secret: AppSecrets | Failed, expected: tuple[str, str], what: str) -> None:
    finding = app_secret(secret)
    assert told(finding) == expected
    assert what in finding.sentence("pt-BR")


def test_no_part_of_the_secret_is_ever_said() -> None:
    secret = AppSecrets(("hush hush",), ("hush",), "", "hush", "hush")
    for one in (secret, replace(secret, access_token="hush")):
        assert "hush" not in str(app_secret(one).as_json("pt-BR"))


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        (RIGHT, WRONG, ("ok", "")),
        (Failed("ConnectError"), WRONG, ("problem", "meta.verification.unreachable")),
        (RIGHT, Failed("ReadTimeout"), ("unchecked", "no_answer")),
        (WRONG, WRONG, ("problem", "meta.verification.refused")),
        (Reply(404, "", ""), Reply(404, "", ""), ("problem", "meta.verification.missing")),
        (Reply(500, "", ""), WRONG, ("problem", "meta.verification.broken")),
        (Reply(302, "", ""), WRONG, ("problem", "meta.verification.broken")),
        (replace(RIGHT, body='"1234"'), WRONG, ("problem", "meta.verification.altered")),
        (replace(RIGHT, content_type="text/html"), WRONG, ("problem", "meta.verification.altered")),
        (RIGHT, RIGHT, ("problem", "meta.verification.open")),
        (RIGHT, Reply(500, "", ""), ("problem", "meta.verification.open")),
    ],
    ids=[
        "works",
        "unreachable",
        "half answered",
        "token refused",
        "no such path",
        "broken",
        "redirected",
        "quoted",
        "html",
        "anything goes",
        "wrong token breaks it",
    ],
)
def test_verification(right: Reply | Failed, wrong: Reply | Failed, expected: tuple[str, str]) -> None:
    assert told(verification(Verification(URL, "1234", right, wrong))) == expected


def test_verification_that_could_not_be_tried_is_unchecked() -> None:
    assert told(verification(Failed("AccessDenied"))) == ("unchecked", "not_asked")


@pytest.mark.parametrize(
    ("mismatches", "expected"),
    [
        (0, ("ok", "")),
        (3, ("problem", "meta.signatures.mismatch")),
        (None, ("unchecked", "not_measured")),
        (Failed("AccessDenied"), ("unchecked", "not_asked")),
    ],
)
def test_signatures(mismatches: int | Failed | None, expected: tuple[str, str]) -> None:
    assert told(signatures(mismatches)) == expected


QUEUE = QueueProbe("Bitrix24Events", 0, 0, None)


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (QUEUE, ("ok", "")),
        (replace(QUEUE, dead=2), ("problem", "queue.dead.some")),
        (replace(QUEUE, dead=Failed("x")), ("unchecked", "not_asked")),
    ],
)
def test_dead_letters(probe: QueueProbe, expected: tuple[str, str]) -> None:
    assert told(dead_letters(probe)) == expected


def test_the_fix_for_dead_letters_is_a_command_that_exists() -> None:
    assert "ponte dlq redrive Bitrix24Events" in dead_letters(replace(QUEUE, dead=1)).sentence("pt-BR")


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (QUEUE, ("ok", "")),
        (replace(QUEUE, waiting=4), ("unchecked", "queue.oldest.unmeasured")),
        (replace(QUEUE, waiting=4, oldest_s=300), ("ok", "")),
        (replace(QUEUE, waiting=4, oldest_s=301), ("problem", "queue.oldest.old")),
        (replace(QUEUE, waiting=0, oldest_s=900), ("ok", "")),
        (replace(QUEUE, waiting=Failed("x")), ("unchecked", "not_asked")),
        (replace(QUEUE, waiting=1, oldest_s=Failed("x")), ("unchecked", "not_asked")),
    ],
    ids=["empty", "unmeasured", "young", "old", "metric lags behind an empty queue", "no count", "no metric"],
)
def test_oldest(probe: QueueProbe, expected: tuple[str, str]) -> None:
    assert told(oldest(probe)) == expected


@pytest.mark.parametrize("check", [parked, spill])
def test_what_lies_about_is_a_problem(check: object) -> None:
    assert callable(check)
    assert [check(each).state for each in (0, 1, Failed("x"))] == ["ok", "problem", "unchecked"]


NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (None, ("ok", "")),
        (Circuit(NOW - 600_000, NOW + 30_000, 12), ("problem", "circuit.open")),
        (Circuit(NOW - 600_000, NOW - 10_000, 12), ("problem", "circuit.open")),
        (Circuit(NOW - 600_000, NOW - 120_001, 12), ("ok", "")),
        (Failed("AccessDenied"), ("unchecked", "not_asked")),
    ],
    ids=["closed", "open", "due for a trial", "nothing waits any more", "no look"],
)
def test_circuit(seen: Circuit | Failed | None, expected: tuple[str, str]) -> None:
    finding = circuit(CircuitProbe("portal.circuit", "contoso.bitrix24.com.br", seen, NOW))
    assert told(finding) == expected
    if expected[0] == "problem":
        assert "2027-01-15 07:50:00" in finding.sentence("en")
