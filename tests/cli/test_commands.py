"""The commands over emulated AWS: what they change, what they say, how they end."""

import io
import json
from typing import Any

import pytest

from cli.main import run
from cli.place import Place
from ponte.bitrix24 import events as bitrix24_events
from ponte.bitrix24.values import LineDeleted
from ponte.mappings import Line, MemberId, PhoneNumberId, Portal
from ponte.queue.envelope import Envelope
from ponte.runtime import wiring
from ponte.storage.claims import Claimed
from ponte.storage.directory import PORTAL_RATE
from ponte.storage.grants import Tokens
from tests.cli.conftest import Run, dead_letter, envelope, park
from tests.handlers.conftest import Aws

MEMBER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def test_parked_messages_are_listed_with_a_reason_and_without_their_text(ponte: Run) -> None:
    park(envelope(77), "reason.number_unknown")
    status, answer = ponte("parked", "list")
    (row,) = answer["parked"]
    assert status == 0
    assert (row["source_id"], row["direction"], row["code"]) == ("77", "outbound", "number_unknown")
    assert "canal aberto" in row["reason"]
    assert "secret words" not in str(answer)
    assert ponte("parked", "list", "--reason", "gave_up")[1] == {"parked": []}
    assert "open line" in ponte("parked", "list", "--lang", "en")[1]["parked"][0]["reason"]


def test_showing_a_parked_message_tells_its_way(ponte: Run) -> None:
    park(envelope(77))
    by_provider = ponte("parked", "show", "77")
    by_digest = ponte("parked", "show", by_provider[1]["id"])
    assert by_provider == by_digest
    assert [step["step"] for step in by_provider[1]["steps"]] == ["webhook", "claimed", "parked"]
    assert "secret words" not in str(by_provider)
    assert ponte("parked", "show", "78") == (1, {"error": "not_found", "id": "78"})


def test_redriven_messages_are_on_their_own_queues(ponte: Run, aws: Aws) -> None:
    for number, kind in ((77, "OperatorMessage"), (5, "message"), (6, "status")):
        park(envelope(number, kind))
    status, answer = ponte("parked", "redrive", "--all", "--yes")
    assert status == 0
    assert [one["state"] for one in answer["messages"]] == ["redriven"] * 3
    for queue, number in (("BITRIX24_EVENTS", 77), ("WHATSAPP_EVENTS", 5), ("WHATSAPP_STATUSES", 6)):
        assert [message["order"] for message in aws.messages(queue)] == [number]
    assert ponte("parked", "list")[1] == {"parked": []}


def test_a_second_redrive_within_the_deduplication_window_is_delivered_too(ponte: Run, aws: Aws) -> None:
    for _ in range(2):
        park(envelope(77))
        ponte("parked", "redrive", "77", "--yes")
    assert len(aws.messages("BITRIX24_EVENTS")) == 2


def test_only_the_chosen_ones_are_redriven(ponte: Run, aws: Aws) -> None:
    park(envelope(77), "reason.gave_up")
    park(envelope(78), "reason.number_unknown")
    assert ponte("parked", "redrive", "--reason", "number_unknown", "--yes")[0] == 0
    assert [message["order"] for message in aws.messages("BITRIX24_EVENTS")] == [78]
    status, answer = ponte("parked", "redrive", "77", "99", "--yes")
    assert status == 1
    assert sorted(one["state"] for one in answer["messages"]) == ["not_parked", "redriven"]


def test_nothing_to_redrive_is_no_problem(ponte: Run) -> None:
    assert ponte("parked", "redrive", "--all", "--yes") == (0, {"messages": []})


@pytest.mark.parametrize("said", ["", "\n", "n\n", "talvez\n"])
def test_without_a_clear_yes_nothing_is_written(
    place: Place, ponte: Run, aws: Aws, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    park(envelope(77))
    dead_letter(place, "Bitrix24Events", 1)
    number = ("--phone-number-id", "123456", "--waba-id", "654321", "--phone", "+55 11 3030-4040")
    for command in (
        ("parked", "redrive", "--all"),
        ("parked", "drop", "77"),
        ("dlq", "redrive", "--all"),
        ("numbers", "put", *number),
    ):
        status, answer = ponte(*command)
        assert (status, answer["error"]) == (2, "usage")
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        assert run([*command, "--sandbox"]) == 1
    assert len(wiring.means().ledger.parked()) == 1
    assert aws.messages("BITRIX24_EVENTS") == []
    assert wiring.directory().numbers() == []


@pytest.mark.parametrize("said", ["s\n", "Sim\n", "y\n"])
def test_a_yes_in_either_language_is_one(ponte: Run, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    park(envelope(77))
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    assert run(["parked", "redrive", "77", "--sandbox"]) == 0
    assert wiring.means().ledger.parked() == []


def test_a_dropped_message_is_gone_and_its_trace_says_so(ponte: Run, aws: Aws) -> None:
    park(envelope(5, "message"))
    assert ponte("parked", "drop", "wamid.5", "--yes")[0] == 0
    assert ponte("parked", "drop", "wamid.5", "--yes")[0] == 1
    assert aws.messages("WHATSAPP_EVENTS") == []
    status, answer = ponte("trace", "wamid.5")
    assert (status, answer["status"], answer["steps"][-1]["step"]) == (0, "SKIPPED", "dropped")


def test_dead_letters_are_counted_and_moved_back_in_order(place: Place, ponte: Run, aws: Aws) -> None:
    for number in range(12):
        dead_letter(place, "Bitrix24Events", number)
    counts = {row["queue"]: row["count"] for row in ponte("dlq", "list")[1]["dead_letters"]}
    assert counts == {"WhatsappEvents": 0, "Bitrix24Events": 12, "ZattarEvents": 0}
    status, answer = ponte("dlq", "redrive", "--all", "--yes")
    assert status == 0
    assert [(one["queue"], one["state"], one["count"]) for one in answer["dead_letters"]] == [
        ("WhatsappEvents", "empty", 0),
        ("Bitrix24Events", "moved", 12),
        ("ZattarEvents", "empty", 0),
    ]
    assert all(row["count"] == 0 for row in ponte("dlq", "list")[1]["dead_letters"])
    bodies = []
    while batch := aws.sqs.receive_message(QueueUrl=aws.urls["BITRIX24_EVENTS"], MaxNumberOfMessages=10).get(
        "Messages"
    ):
        for message in batch:
            bodies.append(message["Body"])
            aws.sqs.delete_message(QueueUrl=aws.urls["BITRIX24_EVENTS"], ReceiptHandle=message["ReceiptHandle"])
    assert bodies == [f"body {number}" for number in range(12)]


def test_a_queue_is_named_as_the_list_names_it(place: Place, ponte: Run) -> None:
    dead_letter(place, "Bitrix24Events", 1)
    assert [one["queue"] for one in ponte("dlq", "redrive", "bitrix24events", "--yes")[1]["dead_letters"]] == [
        "Bitrix24Events"
    ]
    status, answer = ponte("dlq", "redrive", "nothing", "--yes")
    assert status == 2
    assert "WhatsappEvents" in answer["sentence"]


def put(ponte: Run, phone: str = "+55 11 3030-4040", phone_number_id: str = "106540352242922") -> int:
    options = ("--phone-number-id", phone_number_id, "--waba-id", "102290129340398", "--phone", phone)
    return ponte("numbers", "put", *options, "--yes")[0]


def test_a_number_that_is_used_in_the_app_too_sends_twenty_a_second(ponte: Run) -> None:
    options = ("--phone-number-id", "106540352242922", "--waba-id", "10229", "--phone", "+55 11 3030-4040", "--yes")
    rates = []
    for more in ((), ("--coexistence",), (), ("--no-coexistence",)):
        assert ponte("numbers", "put", *options, *more)[0] == 0
        (number,) = wiring.directory().numbers()
        rates.append(number.rate.per_second)
    assert rates == [80, 20, 20, 80]


def test_typing_is_off_until_it_is_switched_on_and_stays_as_it_was_set(ponte: Run) -> None:
    options = ("--phone-number-id", "106540352242922", "--waba-id", "10229", "--phone", "+55 11 3030-4040", "--yes")
    shown = []
    for more in ((), ("--typing",), (), ("--no-typing",)):
        status, answer = ponte("numbers", "put", *options, *more)
        assert status == 0
        shown.append((answer["typing"], wiring.directory().numbers()[0].shows_typing))
    assert shown == [(False, False), (True, True), (True, True), (False, False)]


def test_the_crm_is_told_of_new_numbers_until_it_is_switched_off(ponte: Run) -> None:
    options = ("--phone-number-id", "106540352242922", "--waba-id", "10229", "--phone", "+55 11 3030-4040", "--yes")
    shown = []
    for more in ((), ("--no-tells-crm",), (), ("--tells-crm",)):
        status, answer = ponte("numbers", "put", *options, *more)
        assert status == 0
        shown.append((answer["tells_crm"], wiring.directory().numbers()[0].tells_crm))
    assert shown == [(True, True), (False, False), (False, False), (True, True)]


def test_a_new_number_is_free_and_keeps_its_line_when_changed(ponte: Run) -> None:
    assert put(ponte) == 0
    (listed,) = ponte("numbers", "list")[1]["numbers"]
    assert (listed["phone_number_id"], listed["phone"], listed["line"]) == ("106540352242922", "+55…4040", None)
    directory = wiring.directory()
    (number,) = directory.numbers()
    joined = type(number)(
        number.phone_number_id, "", "", MemberId(MEMBER), "ponte_whatsapp", 107, number.rate, number.pair_rate
    )
    directory.save_number(joined)
    assert put(ponte, "+55 11 3030-9999") == 0
    (number,) = wiring.directory().numbers()
    assert (number.line, number.member_id, number.display_phone_number) == (107, MEMBER, "+55 11 3030-9999")


@pytest.mark.parametrize(
    ("phone_number_id", "phone"),
    [
        ("12a456", "+55 11 3030-4040"),
        ("1", "+55 11 3030-4040"),
        ("123456", "11 3030-4040"),
        ("123456", "+55"),
        ("", ""),
    ],
)
def test_a_number_that_cannot_be_one_is_refused(ponte: Run, phone_number_id: str, phone: str) -> None:
    assert put(ponte, phone, phone_number_id) == 2
    assert wiring.directory().numbers() == []


def test_portals_are_listed_without_anything_secret(ponte: Run) -> None:
    portal = Portal(
        MemberId(MEMBER),
        "contoso.bitrix24.com.br",
        "https://contoso.bitrix24.com.br/rest/",
        "",
        "hash-of-the-application-token",
        "active",
        "contact",
        PORTAL_RATE,
        1_800_000_000,
        1,
    )
    wiring.means().grants.install(portal, Tokens("secret-access", "secret-refresh", 1_800_000_000))
    wiring.directory().save_line(
        Line(MemberId(MEMBER), "ponte_whatsapp", 107, PhoneNumberId("1"), signature=True, active=True)
    )
    status, answer = ponte("portals", "list")
    (row,) = answer["portals"]
    assert status == 0
    assert (row["domain"], row["member_id"], row["lines"]) == ("contoso.bitrix24.com.br", "0f1e…e1f0", [107])
    assert row["token_expires_at"] == "2027-01-15T08:00:00.000Z"
    assert not any(word in json.dumps(answer) for word in ("secret", "hash", MEMBER))


def test_a_trace_is_found_by_every_id_that_people_have(ponte: Run) -> None:
    put(ponte)
    park(envelope(77))
    park(envelope(5, "message"))
    outbound, inbound = ponte("trace", "77"), ponte("trace", "wamid.5")
    assert (outbound[0], outbound[1]["direction"], outbound[1]["status"]) == (0, "outbound", "PARKED")
    assert (inbound[0], inbound[1]["direction"]) == (0, "inbound")
    assert ponte("trace", envelope(77).id) == outbound
    assert ponte("trace", outbound[1]["id"]) == outbound


def test_a_trace_is_found_by_the_wamid_that_we_sent(ponte: Run) -> None:
    put(ponte)
    means, one = wiring.means(), envelope(77)
    claim = means.ledger.claim(one, "worker", 1_000, 60_000)
    assert isinstance(claim, Claimed)
    claim = means.ledger.save_step(claim, "send0", {"wamid": "wamid.OUT"}, 2_000)
    means.ledger.complete(claim, 3_000)
    means.receipts.point_to("106540352242922", "wamid.OUT", one.id, 0, 2_000)
    status, answer = ponte("trace", "wamid.OUT")
    assert (status, answer["source_id"], answer["status"]) == (0, "77", "SENT")


def test_a_wamid_of_which_only_a_receipt_came_has_no_trace(ponte: Run) -> None:
    put(ponte)
    wiring.means().receipts.early_receipt("106540352242922", "wamid.EARLY", 3, 1_000)
    assert ponte("trace", "wamid.EARLY")[0] == 1


def test_the_human_form_says_the_same_in_portuguese(
    ponte: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    put(ponte)
    park(envelope(77), "reason.number_unknown")
    for command, words in {
        "parked list": ("motivo", "não está ligado a nenhum canal aberto"),
        "parked show 77": ("tentativas", "webhook recebido"),
        "trace 77": ("Bitrix24 → WhatsApp: estacionada", "função assumiu"),
        "numbers list": ("livre", "+55…4040"),
        "portals list": ("Nenhum portal instalado",),
        "dlq list": ("mensagens", "WhatsappEvents"),
        "parked redrive 77 --yes": ("de volta à fila",),
    }.items():
        assert run([*command.split(), "--sandbox"]) == 0
        printed = capsys.readouterr().out
        assert all(word in printed for word in words), printed


def test_the_functions_outcome_lines_do_not_mix_with_the_answer(ponte: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """ponte() decodes all of stdout as one JSON value; a refused send makes the queue speak."""
    park(envelope(77))
    wiring.queue("bitrix24_events_queue_url")
    monkeypatch.setenv("BITRIX24_EVENTS_QUEUE_URL", "https://sqs.sa-east-1.amazonaws.com/123456789012/nowhere.fifo")
    place_environment = {"BITRIX24_EVENTS_QUEUE_URL": "https://sqs.sa-east-1.amazonaws.com/123456789012/nowhere.fifo"}
    from cli import session  # noqa: PLC0415

    monkeypatch.setattr(session, "sandbox_place", lambda _: Place("test", True, place_environment))
    status, answer = ponte("parked", "redrive", "77", "--yes")
    assert (status, answer["messages"][0]["state"]) == (0, "redriven")  # spilled: the sweep sends it on
    assert len(list(wiring.store().keys("spill/"))) == 1


def test_messages_that_may_have_been_seen_twice_are_listed_and_named_in_their_trace(
    ponte: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert ponte("risks", "list") == (0, {"risks": []})
    put(ponte)
    ledger, now = wiring.means().ledger, wiring.CLOCK.now_ms()
    for number in (5, 6):
        claim = ledger.claim(envelope(number, "message"), "worker", now + number, 60_000)
        assert isinstance(claim, Claimed)
        ledger.complete(ledger.risk(claim, now + number, "send"), now + 10)
    status, answer = ponte("risks", "list")
    assert status == 0
    assert [(row["source_id"], row["step"], row["status"]) for row in answer["risks"]] == [
        ("wamid.6", "send", "SENT"),
        ("wamid.5", "send", "SENT"),
    ]
    assert len(ponte("risks", "list", "--limit", "1")[1]["risks"]) == 1
    assert ponte("trace", "wamid.6")[1]["dup_risk"] is True
    for command, words in (("risks list", "WhatsApp → Bitrix24"), ("trace wamid.6", "duas vezes")):
        assert run([*command.split(), "--sandbox"]) == 0
        assert words in capsys.readouterr().out


def test_a_replay_shows_its_plan_and_acts_only_on_a_yes(
    ponte: Run, aws: Aws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind that nobody knows is skipped today; a reaction without a chat cannot be shown yet."""
    put(ponte)
    park(envelope(77), "reason.gave_up")
    status, answer = ponte("replay", "77", "99")
    first, second = answer["plans"]
    assert (status, second) == (1, {"given": "99", "state": "not_found"})
    assert (first["state"], first["then"], first["now"]) == (
        "not_worth_it",
        {"state": "PARKED", "reason": "reason.gave_up"},
        {"state": "parked", "reason": "reason.malformed"},
    )
    assert "secret words" not in str(answer)
    assert ponte("replay", "77", "--yes")[0] == 1
    assert aws.messages("BITRIX24_EVENTS") == []
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["replay", "77", "--sandbox"]) == 1
    assert "não mudaria nada" in capsys.readouterr().out


def test_a_replay_puts_what_is_worth_it_on_its_queue(ponte: Run, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    deleted = Envelope("b24", MEMBER, "LINEDELETE|107", "LineDeleted", "line", 1, 1_000, line_deleted())
    portal(MEMBER)
    park(deleted, "reason.portal_reauth")
    status, answer = ponte("replay", "LINEDELETE|107")
    (plan,) = answer["plans"]
    assert (status, plan["state"], plan["missing"]) == (
        0,
        "planned",
        [{"step": "apply", "effect": "SetLineActive"}],
    )
    assert aws.messages("BITRIX24_EVENTS") == [], "without a yes nothing happens"
    for said, state in (("n\n", 1), ("s\n", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        assert run(["replay", "LINEDELETE|107", "--sandbox"]) == state
    assert len(aws.messages("BITRIX24_EVENTS")) == 1
    assert ponte("parked", "list")[1] == {"parked": []}


def line_deleted() -> dict[str, Any]:
    return bitrix24_events.to_payload(LineDeleted(107, 1_000))


def portal(member_id: str) -> None:
    until = wiring.CLOCK.now_ms() // 1000 + 3_600
    installed = Portal(
        MemberId(member_id),
        "x.bitrix24.com",
        "https://x.bitrix24.com/rest/",
        "",
        "",
        "active",
        "none",
        PORTAL_RATE,
        until,
        1,
    )
    wiring.means().grants.install(installed, Tokens("a", "r", until))


def test_accounts_show_first_what_needs_a_person(ponte: Run) -> None:
    assert ponte("accounts") == (0, {"accounts": []})
    known = wiring.means().keeper.accounts
    told = {"event": "APPROVED", "detail": "retomar pt_BR", "needs_attention": False, "at": 1_763_500_051}
    known.note("1022", "message_template_status_update", "template 1", **told)
    told = {"event": "ACCOUNT_RESTRICTION", "detail": "", "needs_attention": True, "at": 1_763_500_000}
    known.note("1022", "account_update", "", **told)
    status, answer = ponte("accounts")
    assert status == 0
    assert [row["event"] for row in answer["accounts"]] == ["ACCOUNT_RESTRICTION", "APPROVED"]
    assert answer["accounts"][1]["at"] == "2025-11-18T21:07:31.000Z"
