"""Messages both ways through real webhooks, functions, queues and tables."""

import json
import threading
import time
from typing import Any

import pytest

from tests.end_to_end.conftest import CONNECTOR, LINE, NUMBER, Sandbox, scenario, seeded_chat, value

pytestmark = pytest.mark.end_to_end


def test_a_customers_message_appears_in_the_open_channel_once(sandbox: Sandbox) -> None:
    body = sandbox.text("wamid.IN1", "Olá *mundo* [b]x 👍")
    for _ in range(3):
        assert sandbox.post_whatsapp(body).status_code == 200
    sandbox.settle()
    assert len(sandbox.shown()) == 1
    assert sandbox.shown()[0].startswith("Olá [b]mundo[/b] ")
    (read,) = [row["body"] for row in sandbox.journal("meta")]
    assert (read["status"], read["message_id"]) == ("read", "wamid.IN1")
    assert sandbox.trace("wamid.IN1")["status"] == "SENT"


def test_the_answer_reaches_the_phone_with_its_ticks(sandbox: Sandbox) -> None:
    sandbox.post_whatsapp(sandbox.text("wamid.IN1", "Oi"))
    sandbox.settle()
    (sent,) = sandbox.calls("imconnector.send.messages")
    external = sent["body"]["MESSAGES"][0]["chat"]["id"]
    assert "5511" not in external
    assert sandbox.post_bitrix(sandbox.operator(9001, "Boa [i]tarde[/i]", external)).status_code == 200
    sandbox.settle()
    (answer,) = sandbox.sends()
    assert (answer["to"], answer["text"]["body"]) == ("5511987654321", "Boa _tarde_")
    (ack,) = sandbox.calls("imconnector.send.status.delivery")
    (wamid,) = ack["body"]["MESSAGES"][0]["message"]["id"]
    data = answer["biz_opaque_callback_data"]
    for status in ("sent", "delivered", "read", "delivered", "sent"):
        sandbox.post_whatsapp(sandbox.status(wamid, status, biz_opaque_callback_data=data))
    sandbox.settle()
    assert sandbox.trace("9001")["status"] == "READ"
    assert len(sandbox.calls("imconnector.send.status.reading")) == 1
    assert len(sandbox.sends()) == 1


def test_eight_parallel_first_messages_make_one_contact_one_chat_and_keep_their_order(sandbox: Sandbox) -> None:
    barrier = threading.Barrier(8)

    def post(n: int) -> None:
        barrier.wait()
        sandbox.post_whatsapp(sandbox.text(f"wamid.P{n}", f"n{n}"))

    threads = [threading.Thread(target=post, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sandbox.settle()
    assert sorted(sandbox.shown()) == [f"n{n}" for n in range(8)]
    assert len(sandbox.calls("crm.item.add")) == 1
    assert len({call["body"]["MESSAGES"][0]["chat"]["id"] for call in sandbox.calls("imconnector.send.messages")}) == 1


def test_one_post_with_eight_messages_keeps_their_order(sandbox: Sandbox) -> None:
    messages = [sandbox.text(f"wamid.O{n}", f"n{n}", at=1_763_500_000 + n) for n in range(8)]
    values = [m["entry"][0]["changes"][0]["value"] for m in messages]
    together = value({"contacts": values[0]["contacts"], "messages": [v["messages"][0] for v in values]})
    sandbox.post_whatsapp(together)
    sandbox.settle()
    assert sandbox.shown() == [f"n{n}" for n in range(8)]


def test_an_existing_contact_is_found_by_either_form_of_its_number(running: Sandbox) -> None:
    contact = {"id": 275, "name": "Maria", "phones": ["+551187654321"]}
    assert running.put(scenario(contacts=[contact])).status_code == 200
    running.post_whatsapp(running.text("wamid.C1", "Oi", sender="5511987654321"))
    running.settle()
    assert running.calls("crm.item.add") == []
    assert len(running.shown()) == 1


def test_a_person_without_a_phone_is_answered_by_bsuid(sandbox: Sandbox) -> None:
    message = {"from_user_id": "BR.20558713390021774410", "id": "wamid.B1", "timestamp": "1763500003", "type": "text"}
    contact = {"profile": {"name": "Pablo"}, "user_id": "BR.20558713390021774410"}
    sandbox.post_whatsapp(value({"contacts": [contact], "messages": [{**message, "text": {"body": "Oi"}}]}))
    sandbox.settle()
    external = sandbox.calls("imconnector.send.messages")[0]["body"]["MESSAGES"][0]["chat"]["id"]
    sandbox.post_bitrix(sandbox.operator(9001, "Olá", external))
    sandbox.settle()
    (sent,) = sandbox.sends()
    assert (sent["recipient"], sent["text"]["body"]) == ("BR.20558713390021774410", "Olá")


def test_a_bsuid_chat_is_written_to_through_recipient(running: Sandbox) -> None:
    running.put(scenario(chats=[seeded_chat("BR.20558713390021774410")]))
    running.post_bitrix(running.operator(9001, "Olá", "BR.20558713390021774410"))
    running.settle()
    (sent,) = running.sends()
    assert sent["recipient"] == "BR.20558713390021774410"
    assert "to" not in sent


def test_a_long_answer_is_split_and_acknowledged_once_with_all_ids(with_chat: Sandbox) -> None:
    with_chat.post_bitrix(with_chat.operator(9001, "palavra " * 1_200))
    with_chat.settle()
    sends = with_chat.sends()
    assert len(sends) == 3
    assert all(len(s["text"]["body"]) <= 4096 for s in sends)
    (ack,) = with_chat.calls("imconnector.send.status.delivery")
    assert len(ack["body"]["MESSAGES"][0]["message"]["id"]) == 3


def test_the_same_operator_event_twice_is_one_message(with_chat: Sandbox) -> None:
    body = with_chat.operator(9001, "uma vez")
    threads = [threading.Thread(target=with_chat.post_bitrix, args=(body,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with_chat.settle()
    assert len(with_chat.sends()) == 1


def test_operators_messages_keep_their_order(with_chat: Sandbox) -> None:
    for n in range(6):
        with_chat.post_bitrix(with_chat.operator(9001 + n, f"n{n}"))
    with_chat.settle()
    assert [s["text"]["body"] for s in with_chat.sends()] == [f"n{n}" for n in range(6)]


def test_a_json_event_is_understood_as_well(with_chat: Sandbox) -> None:
    tree = {
        "event": "ONIMCONNECTORMESSAGEADD",
        "data": {
            "CONNECTOR": CONNECTOR,
            "LINE": LINE,
            "MESSAGES": [
                {
                    "im": {"chat_id": 1807, "message_id": 9050},
                    "message": {"user_id": 27, "text": "em JSON"},
                    "chat": {"id": "5511900000001"},
                }
            ],
        },
        "auth": {
            "member_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "application_token": "d5a1f6c0e9b84723a6c1e0f9b8d7c6a5",
        },
    }
    answer = with_chat.http.post(
        f"{with_chat.gateway}/webhooks/bitrix24/outbound", json=tree, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 200
    with_chat.settle()
    assert [s["text"]["body"] for s in with_chat.sends()] == ["em JSON"]


def sent_message(**more: Any) -> dict[str, Any]:
    return scenario(
        chats=[seeded_chat()],
        sent=[{"im_message_id": 86497, "wamids": ["wamid.S1"], "external": "5511900000001"}],
        **more,
    )


@pytest.mark.parametrize(
    ("statuses", "notices"),
    [
        (["failed"], 1),
        (["failed", "failed", "failed"], 1),
        (["delivered", "failed"], 0),
        (["read", "failed"], 0),
        (["sent", "failed"], 1),
        (["sent", "delivered"], 0),
    ],
    ids=repr,
)
def test_a_failed_receipt_is_one_notice_in_the_right_chat(running: Sandbox, statuses: list[str], notices: int) -> None:
    running.put(sent_message())
    for status in statuses:
        errors = [{"code": 131026, "title": "Message undeliverable", "error_data": {"details": "x"}}]
        more = {"errors": errors} if status == "failed" else {}
        running.post_whatsapp(running.status("wamid.S1", status, **more))
        running.settle()
    assert len(running.notices()) == notices
    if notices:
        (call,) = running.calls("im.message.add")
        assert (call["body"]["DIALOG_ID"], call["body"]["SYSTEM"]) == ("chat1807", "Y")
    assert running.sends() == []


def test_a_status_of_an_unknown_message_is_counted_and_nothing_else(sandbox: Sandbox) -> None:
    assert sandbox.post_whatsapp(sandbox.status("wamid.NOBODY", "read")).status_code == 200
    sandbox.settle()
    assert sandbox.journal("bitrix24") == []


def test_a_customer_who_wrote_two_days_ago_is_outside_the_window(sandbox: Sandbox) -> None:
    sandbox.post_whatsapp(sandbox.text("wamid.OLD", "antiga", at=int(time.time()) - 2 * 24 * 3600))
    sandbox.settle()
    external = sandbox.calls("imconnector.send.messages")[0]["body"]["MESSAGES"][0]["chat"]["id"]
    sandbox.post_bitrix(sandbox.operator(9001, "tarde demais", external))
    sandbox.settle()
    assert sandbox.sends() == []
    assert "24" in sandbox.notices()[0]


def test_outside_the_window_the_operator_is_told_and_the_message_is_parked(running: Sandbox) -> None:
    running.put(scenario(chats=[seeded_chat(last_inbound_ms=1_700_000_000_000)]))
    running.post_bitrix(running.operator(9001, "tarde demais"))
    running.settle()
    assert running.sends() == []
    assert len(running.notices()) == 1
    (parked,) = running.parked()
    assert (parked["source_id"], parked["direction"]) == ("9001", "outbound")
    assert "24" in parked["reason"]


def test_a_message_for_a_number_nobody_joined_is_parked(sandbox: Sandbox) -> None:
    foreign = json.loads(json.dumps(sandbox.text("wamid.F1", "Oi")).replace(NUMBER, "999999999999999"))
    assert sandbox.post_whatsapp(foreign).status_code == 200
    sandbox.settle()
    assert sandbox.shown() == []
    assert [row["source_id"] for row in sandbox.parked()] == ["wamid.F1"]
