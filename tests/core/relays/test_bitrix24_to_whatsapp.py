"""An operator's message, effect by effect, and everything that keeps it from going out."""

from dataclasses import replace
from typing import Any

import pytest

from ponte.bitrix24.values import OperatorMessage
from ponte.mappings import Conversation, Line, MemberId, PersonId, PhoneNumberId
from ponte.relays.bitrix24_to_whatsapp import Reply, callback, decide, read_callback, recipient
from ponte.relays.decisions import Decision, Finish, Park, Step
from ponte.relays.effects import AcknowledgeDelivery, PostNotice, SendText

HOUR = 3_600_000
NOW = 1_800_000_000_000
LINE = Line(MemberId("m"), "ponte", 7, PhoneNumberId("pn"), signature=False, active=True)
CONVERSATION = Conversation(
    PhoneNumberId("pn"), PersonId("p1"), MemberId("m"), "ponte", 7, "p1", wa_id="5511987654321", chat_id="1807"
)
EVENT = OperatorMessage("ponte", 7, "1807", "86497", "p1", "27", "[b]Ana:[/b] [br]Boa [i]tarde[/i]!", (), 1)


def walk(event: OperatorMessage, conversation: Conversation | None, line: Line | None = LINE, **kw: Any) -> list[Any]:
    steps: dict[str, Any] = {}
    seen: list[Any] = []
    for _ in range(30):
        decision = decide(event, Reply(conversation, line, kw.get("now", NOW), "pt-BR"), steps)
        if not isinstance(decision, Step):
            return [*seen, decision]
        seen.append(decision.effect)
        steps[decision.name] = kw.get("answers", {}).get(decision.name, {"wamid": f"w{len(steps)}"})
    raise AssertionError("never ends")


def test_one_text_is_one_send_and_one_acknowledgement() -> None:
    send, ack, end = walk(EVENT, CONVERSATION)
    assert send == SendText("5511987654321", "", "Boa _tarde_!", 0)
    assert ack == AcknowledgeDelivery("ponte", 7, "1807", "86497", "p1", ("w0",))
    assert end == Finish()


def test_the_signature_stays_where_the_line_wants_it() -> None:
    send = walk(EVENT, CONVERSATION, replace(LINE, signature=True))[0]
    assert send.body == "*Ana:*\nBoa _tarde_!"


def test_a_long_text_is_several_sends_and_one_acknowledgement_with_all_ids() -> None:
    effects = walk(replace(EVENT, text="palavra " * 1_500), CONVERSATION)
    sends = [e for e in effects if isinstance(e, SendText)]
    assert [s.part for s in sends] == [0, 1, 2]
    assert all(len(s.body) <= 4096 for s in sends)
    assert effects[-2].wamids == ("w0", "w1", "w2")


def test_a_person_without_a_phone_is_written_to_by_bsuid() -> None:
    send = walk(EVENT, replace(CONVERSATION, wa_id="", user_id="BR.15025763"))[0]
    assert (send.to, send.recipient) == ("", "BR.15025763")


@pytest.mark.parametrize(
    ("external", "expected"),
    [
        ("5511900000001", ("5511900000001", "")),
        ("BR.15025763", ("", "BR.15025763")),
        ("BR.ENT.15025763", ("", "BR.ENT.15025763")),
        ("p1", ("", "")),
        ("br.15025763", ("", "")),
        ("55119000000011234567890", ("", "")),
        ("+5511900000001", ("", "")),
    ],
)
def test_a_chat_of_another_connector_is_answered_by_its_external_id(external: str, expected: tuple[str, str]) -> None:
    assert recipient(None, external) == expected


@pytest.mark.parametrize(
    ("hours", "parked"),
    [(0, False), (23.99, False), (24, True), (100, True)],
    ids=["now", "just in", "just out", "old"],
)
def test_outside_the_24_hour_window_nothing_is_sent_and_the_operator_is_told(hours: float, parked: bool) -> None:
    effects = walk(EVENT, replace(CONVERSATION, last_inbound_ms=NOW - round(hours * HOUR)))
    assert isinstance(effects[0], PostNotice) is parked
    assert (effects[-1] == Park("reason.whatsapp.131047")) is parked
    assert any(isinstance(e, SendText) for e in effects) is not parked


def test_an_unknown_window_is_left_to_meta() -> None:
    assert isinstance(walk(EVENT, replace(CONVERSATION, last_inbound_ms=0))[0], SendText)


def test_a_refused_send_becomes_a_notice_and_a_parked_message() -> None:
    effects = walk(EVENT, CONVERSATION, answers={"send0": {"refused": "131026", "detail": "d"}})
    assert [type(e) for e in effects] == [SendText, PostNotice, Park]
    assert effects[-1] == Park("reason.whatsapp.131026", "d")
    assert "WhatsApp" in effects[1].text


def test_a_line_without_a_number_parks_with_the_reason() -> None:
    assert walk(EVENT, CONVERSATION, None)[-1] == Park("reason.line_unknown")


def test_nobody_to_answer_parks_with_the_reason() -> None:
    assert walk(EVENT, None)[-1] == Park("reason.recipient_unknown")


def test_a_callback_reads_back_to_its_event_and_part() -> None:
    assert read_callback(callback("b24|m|ADD|c|1|7", 3)) == ("b24|m|ADD|c|1|7", 3)


@pytest.mark.parametrize(
    "data", [None, "", "b24:msg:9002", "p1:x:b24|m|1", "p1:1:wa|m|1", "p1:1:" + "b24|" + "x" * 600]
)
def test_foreign_callback_data_names_nothing(data: str | None) -> None:
    assert read_callback(data) is None


@pytest.mark.parametrize(
    ("code", "end"),
    [("portal_reauth", Park("reason.bitrix24.portal_reauth")), ("error_argument", Finish())],
)
def test_an_acknowledgement_that_a_shut_portal_refuses_waits_for_a_person(code: str, end: Decision) -> None:
    """Sent, but the operator would look at a clock for ever; a redrive makes up for it."""
    steps = {"send0": {"wamid": "w0"}, "ack": {"refused": code, "detail": ""}}
    assert decide(EVENT, Reply(CONVERSATION, LINE, NOW, "pt-BR"), steps) == end
