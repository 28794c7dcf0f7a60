"""Everything that goes wrong on the way: each message still arrives once, in order, or is parked with its reason."""

import pytest

from tests.end_to_end.conftest import Sandbox

pytestmark = pytest.mark.end_to_end
SEND = {"path": "imconnector.send.messages"}


def test_a_dead_portal_delays_nothing_but_its_messages(sandbox: Sandbox) -> None:
    sandbox.fault(provider="bitrix24", kind="html", status=503, times=3)
    for n in range(3):
        assert sandbox.post_whatsapp(sandbox.text(f"wamid.D{n}", f"n{n}")).status_code == 200
    sandbox.settle()
    assert sandbox.shown() == ["n0", "n1", "n2"]
    assert sandbox.parked() == []


@pytest.mark.parametrize("kind", ["reset_before", "timeout_after_effect", "html", "partial"])
def test_a_lost_answer_of_the_portal_never_doubles_or_loses_a_message(sandbox: Sandbox, kind: str) -> None:
    sandbox.post_whatsapp(sandbox.text("wamid.L0", "antes"))
    sandbox.settle()
    sandbox.fault(provider="bitrix24", match=SEND, kind=kind, delay_ms=100, times=1)
    sandbox.post_whatsapp(sandbox.text("wamid.L1", "durante"))
    sandbox.post_whatsapp(sandbox.text("wamid.L2", "depois"))
    sandbox.settle()
    if kind == "partial":  # the portal said that it will never take this one
        assert sandbox.shown() == ["antes", "depois"]
        assert [row["source_id"] for row in sandbox.parked()] == ["wamid.L1"]
    else:
        assert sandbox.shown() == ["antes", "durante", "depois"]


def test_a_lost_answer_on_a_first_contact_makes_one_contact_and_one_message(sandbox: Sandbox) -> None:
    for path in ("crm.item.add", "imconnector.send.messages"):
        sandbox.fault(provider="bitrix24", match={"path": path}, kind="timeout_after_effect", delay_ms=100)
    sandbox.post_whatsapp(sandbox.text("wamid.L1", "primeira"))
    sandbox.settle()
    assert sandbox.shown() == ["primeira"]
    assert len([call for call in sandbox.calls("crm.item.add") if call["took_effect"]]) == 1


def test_a_lost_answer_of_whatsapp_is_proved_by_its_receipt(with_chat: Sandbox) -> None:
    with_chat.fault(provider="meta", match={"path": "/messages"}, kind="timeout_after_effect", delay_ms=100)
    with_chat.post_bitrix(with_chat.operator(9001, "uma vez"))
    callback = with_chat.await_calls("meta", "/messages")[0]["body"]["biz_opaque_callback_data"]
    with_chat.post_whatsapp(with_chat.status("wamid.PROOF", "delivered", biz_opaque_callback_data=callback))
    with_chat.settle()
    assert len(with_chat.sends()) == 1
    (ack,) = with_chat.calls("imconnector.send.status.delivery")
    assert ack["body"]["MESSAGES"][0]["message"]["id"] == ["wamid.PROOF"]


def test_without_any_receipt_it_is_repeated_once_and_the_risk_is_said(with_chat: Sandbox) -> None:
    with_chat.fault(provider="meta", match={"path": "/messages"}, kind="timeout_after_effect", delay_ms=100)
    with_chat.post_bitrix(with_chat.operator(9001, "talvez duas"))
    with_chat.settle()
    assert len(with_chat.sends()) == 2
    assert "dup_risk" in [step["step"] for step in with_chat.trace("9001")["steps"]]


@pytest.mark.parametrize("when", ["before_call", "after_call"])
def test_a_function_that_dies_around_the_portals_call_doubles_and_loses_nothing(sandbox: Sandbox, when: str) -> None:
    sandbox.post_whatsapp(sandbox.text("wamid.K0", "antes"))
    sandbox.settle()
    crash = {"function": "on_whatsapp_event", "provider": "bitrix24", "when": when, "times": 1}
    assert sandbox.http.post(f"{sandbox.control}/crash", json=crash).status_code < 300
    sandbox.post_whatsapp(sandbox.text("wamid.K1", "durante"))
    sandbox.post_whatsapp(sandbox.text("wamid.K2", "depois"))
    sandbox.settle()
    assert sandbox.shown() == ["antes", "durante", "depois"]


@pytest.mark.parametrize(("when", "copies"), [("before_call", 1), ("after_call", 2)])
def test_a_function_that_dies_around_a_send_repeats_at_most_once(with_chat: Sandbox, when: str, copies: int) -> None:
    crash = {"function": "on_bitrix24_event", "provider": "meta", "when": when, "times": 1}
    with_chat.http.post(f"{with_chat.control}/crash", json=crash)
    with_chat.post_bitrix(with_chat.operator(9001, "x"))
    with_chat.settle()
    assert len(with_chat.sends()) == copies
    assert "dup_risk" in [step["step"] for step in with_chat.trace("9001")["steps"]]


def test_a_permanent_refusal_is_told_in_the_chat_and_parked(with_chat: Sandbox) -> None:
    error = {"error": {"message": "x", "type": "OAuthException", "code": 131026, "error_data": {"details": "d"}}}
    with_chat.fault(provider="meta", match={"path": "/messages"}, kind="status", status=400, body=error)
    with_chat.post_bitrix(with_chat.operator(9001, "recusada"))
    with_chat.post_bitrix(with_chat.operator(9002, "segue"))
    with_chat.settle()
    assert [s["text"]["body"] for s in with_chat.sends()] == ["segue"]
    assert len(with_chat.notices()) == 1
    assert [row["source_id"] for row in with_chat.parked()] == ["9001"]


def test_an_expired_token_is_renewed_once_and_nobody_notices(sandbox: Sandbox) -> None:
    live = sandbox.http.get(f"{sandbox.control}/scenario").json()
    live["bitrix24"]["portals"][0]["expires_at"] = 1_700_000_000
    assert sandbox.put(live).status_code == 200
    for n in range(4):
        sandbox.post_whatsapp(sandbox.text(f"wamid.T{n}", f"n{n}", sender=f"55119876543{n:02d}"))
    sandbox.settle()
    assert sorted(sandbox.shown()) == ["n0", "n1", "n2", "n3"]
    refreshes = [row for row in sandbox.journal("oauth") if row["path"].startswith("/oauth/token")]
    assert len(refreshes) == 1
    after = sandbox.http.get(f"{sandbox.control}/scenario").json()["bitrix24"]["portals"][0]
    assert after["refresh_token"] != "refresh-token-end-to-end"


def test_a_rate_limited_portal_is_waited_for(sandbox: Sandbox) -> None:
    body = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
    sandbox.fault(provider="bitrix24", match=SEND, kind="status", status=503, body=body, times=2)
    sandbox.post_whatsapp(sandbox.text("wamid.R1", "devagar"))
    sandbox.settle()
    assert sandbox.shown() == ["devagar"]


def test_a_portal_that_stays_down_is_asked_by_trials_and_all_arrives_afterwards(sandbox: Sandbox) -> None:
    """app.info is the harmless question of a trial: nothing else asks it."""
    sandbox.fault(provider="bitrix24", kind="html", status=503, times=1_000)
    senders = [f"55119876543{n:02d}" for n in range(6)]
    for n, sender in enumerate(senders):
        sandbox.post_whatsapp(sandbox.text(f"wamid.O{n}", f"n{n}", sender=sender))
    sandbox.await_calls("bitrix24", "app.info.json", seconds=40)
    assert sandbox.http.delete(f"{sandbox.control}/faults").status_code < 300
    sandbox.settle()
    assert sorted(sandbox.shown()) == [f"n{n}" for n in range(6)]
    assert sandbox.parked() == []
