"""The 24-hour window on the real bundle: the template, the replies that wait, and the customer who lets them go."""

import copy
import json
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.end_to_end.conftest import CONNECTOR, LINE, NUMBER, ROOT, TOKEN, Sandbox, scenario, seeded_chat, value

pytestmark = pytest.mark.end_to_end

HOUR = 3_600_000
WABA = "102290129340398"
PHONE = "5511900000001"
ASKS = {
    "id": "1",
    "name": "retomar",
    "language": "pt_BR",
    "status": "APPROVED",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": "Olá, {{1}}! Podemos continuar?"}],
}


def shut(template: dict[str, Any] | None = ASKS, hours: float = 25, **chat: Any) -> dict[str, Any]:
    """A chat whose customer wrote `hours` ago, on a number that asks with `template`."""
    last = int(time.time() * 1000 - hours * HOUR)
    tree = scenario(chats=[seeded_chat(**{"last_inbound_ms": last, **chat})])
    if template:
        tree["meta"]["templates"] = [copy.deepcopy(template)]
        window = {"name": template["name"], "language": "pt_BR", "parameters": ["{primeiro_nome}"]}
        tree["meta"]["numbers"][0]["window_template"] = window
    return tree


def shown(sends: list[dict[str, Any]]) -> list[str]:
    """What went out, in order: a text's body, or the name of a template."""
    return [send["text"]["body"] if send["type"] == "text" else send["template"]["name"] for send in sends]


def change(event: str, message_id: int, text: str = "") -> bytes:
    """ONIMCONNECTORMESSAGEUPDATE or -DELETE of a message that was not acknowledged yet."""
    message = "data[MESSAGES][0]"
    fields = {
        "event": event,
        "data[CONNECTOR]": CONNECTOR,
        "data[LINE]": LINE,
        f"{message}[im][chat_id]": 1807,
        f"{message}[im][message_id]": message_id,
        f"{message}[chat][id]": PHONE,
        "ts": int(time.time()),
        "auth[domain]": "contoso.bitrix24.com.br",
        "auth[member_id]": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "auth[application_token]": TOKEN,
    }
    if text:
        fields[f"{message}[message][text]"] = f"[b]Ana:[/b][br] {text}"
    return urlencode(fields).encode()


def test_one_template_asks_and_two_held_replies_follow_the_answer_once_and_in_order(running: Sandbox) -> None:
    running.put(shut())
    for n in (1, 2):
        running.post_bitrix(running.operator(9000 + n, f"resposta {n}"))
    running.settle()
    (template,) = running.sends()
    assert template["template"]["name"] == "retomar"
    assert template["template"]["components"][0]["parameters"] == [{"type": "text", "text": "Maria"}]
    assert len(running.notices()) == 1
    held = running.parked()
    assert [row["source_id"] for row in held] == ["9001", "9002"]
    assert all("cliente" in row["reason"] for row in held)
    assert running.calls("imconnector.send.status.delivery") == []
    assert [s["detail"] for s in running.trace("9001")["steps"] if s["step"] == "template"] == ["UTILITY"]

    answer = running.text("wamid.ANSWER", "Oi, pode falar", sender=PHONE)
    for _ in range(2):
        running.post_whatsapp(answer)
    running.settle()
    assert shown(running.sends()) == ["retomar", "resposta 1", "resposta 2"]
    assert running.parked() == []
    assert len(running.calls("imconnector.send.status.delivery")) == 2
    assert running.trace("9002")["status"] == "SENT"

    running.post_bitrix(running.operator(9003, "resposta 3"))
    running.settle()
    assert shown(running.sends())[-1] == "resposta 3"
    assert len(running.notices()) == 1


def test_what_is_written_while_the_customer_answers_goes_out_behind_what_waited(running: Sandbox) -> None:
    running.put(shut())
    running.post_bitrix(running.operator(9001, "n1"))
    running.settle()
    running.post_whatsapp(running.text("wamid.ANSWER", "Oi", sender=PHONE))
    for n in range(2, 7):
        running.post_bitrix(running.operator(9000 + n, f"n{n}"))
    running.settle()
    assert shown(running.sends()) == ["retomar", *(f"n{n}" for n in range(1, 7))]
    assert running.parked() == []


def test_a_reaction_to_the_template_lets_the_replies_go_and_the_operator_reads_of_it(running: Sandbox) -> None:
    running.put(shut())
    for n in (1, 2):
        running.post_bitrix(running.operator(9000 + n, f"n{n}"))
    running.settle()
    phones = running.http.get(f"{running.playground}/play/state").json()["phones"]
    (asked,) = [each["id"] for phone in phones for each in phone["messages"]]
    one = {"from": PHONE, "id": "wamid.R", "timestamp": str(int(time.time())), "type": "reaction"}
    for _ in range(2):
        running.post_whatsapp(value({"messages": [{**one, "reaction": {"message_id": asked, "emoji": "👍"}}]}))
    running.settle()
    assert shown(running.sends()) == ["retomar", "n1", "n2"]
    assert running.parked() == []
    assert running.shown() == ["👍 O cliente reagiu à mensagem “modelo que reabre a conversa”"]


@pytest.mark.parametrize("when", ["before_call", "after_call"])
def test_a_worker_that_dies_while_it_lets_replies_go_doubles_and_loses_none(running: Sandbox, when: str) -> None:
    running.put(shut())
    for n in (1, 2, 3):
        running.post_bitrix(running.operator(9000 + n, f"n{n}"))
    running.settle()
    crash = {"function": "on_bitrix24_event", "provider": "meta", "when": when, "times": 1}
    running.http.post(f"{running.control}/crash", json=crash)
    running.http.post(f"{running.playground}/play/receipts", json={"mode": "auto"})
    running.post_whatsapp(running.text("wamid.ANSWER", "Oi", sender=PHONE))
    running.settle()
    assert shown(running.sends()) == ["retomar", "n1", "n2", "n3"]
    assert running.parked() == []


def test_without_a_template_the_reply_is_parked_and_the_operator_told_once(running: Sandbox) -> None:
    running.put(shut(None))
    running.post_bitrix(running.operator(9001, "tarde demais"))
    running.settle()
    assert running.sends() == []
    assert len(running.notices()) == 1
    assert [row["source_id"] for row in running.parked()] == ["9001"]
    running.post_whatsapp(running.text("wamid.ANSWER", "Oi", sender=PHONE))
    running.settle()
    assert running.sends() == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"category": "MARKETING"}, "MARKETING"),
        ({"status": "PAUSED"}, "PAUSED"),
        ({"components": [{"type": "BODY", "text": "{{1}} e {{2}}"}]}, "2"),
        ({"name": "outro"}, "modelo"),
    ],
    ids=["marketing", "paused", "parameters", "another name"],
)
def test_a_template_that_is_not_fit_is_never_sent(running: Sandbox, more: dict[str, Any], told: str) -> None:
    tree = shut()
    tree["meta"]["templates"][0] |= more
    running.put(tree)
    running.post_bitrix(running.operator(9001, "tarde demais"))
    running.settle()
    assert [row for row in running.journal("meta") if row["path"].endswith("/messages")] == []
    (notice,) = running.notices()
    assert told in notice
    assert [row["source_id"] for row in running.parked()] == ["9001"]


def test_a_template_that_turns_to_marketing_by_webhook_is_not_sent_any_more(running: Sandbox) -> None:
    tree = shut()
    tree["meta"]["templates"][0]["category"] = "MARKETING"
    running.put(tree)
    value = {
        "message_template_id": 1,
        "message_template_name": "retomar",
        "message_template_language": "pt_BR",
        "previous_category": "UTILITY",
        "new_category": "MARKETING",
    }
    entry = {"id": WABA, "time": int(time.time()), "changes": [{"field": "template_category_update", "value": value}]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    assert running.post_whatsapp(body).status_code == 200
    running.settle()
    running.post_bitrix(running.operator(9001, "tarde demais"))
    running.settle()
    assert running.sends() == []
    assert "MARKETING" in running.notices()[0]


def test_metas_word_about_a_window_that_nobody_knows_is_kept(running: Sandbox) -> None:
    """The first reply is left to Meta; after its 131047 no free text is tried again until the customer writes."""
    tree = shut(hours=30)
    tree["bitrix24"]["portals"][0]["chats"][0].pop("last_inbound_ms")
    running.put(tree)
    refusal = {"error": {"message": "(#131047)", "type": "OAuthException", "code": 131047}}
    match = {"path": f"{NUMBER}/messages", "body_contains": '"type":"text"'}
    running.fault(provider="meta", kind="status", status=400, body=refusal, match=match)
    running.post_bitrix(running.operator(9001, "n1"))
    running.settle()
    running.post_bitrix(running.operator(9002, "n2"))
    running.settle()
    assert shown(running.sends()) == ["retomar"]
    tried = [row["body"].get("type") for row in running.journal("meta") if row["path"].endswith("/messages")]
    assert tried == ["text", "template"]
    running.post_whatsapp(running.text("wamid.ANSWER", "Oi", sender=PHONE))
    running.settle()
    assert shown(running.sends()) == ["retomar", "n1", "n2"]


def test_a_template_of_unknown_fate_is_parked_and_never_repeated(running: Sandbox) -> None:
    running.put(shut())
    running.fault(provider="meta", kind="timeout_after_effect", delay_ms=500, match={"path": f"{NUMBER}/messages"})
    running.post_bitrix(running.operator(9001, "n1"))
    running.settle()
    assert shown(running.sends()) == ["retomar"]
    (parked,) = running.parked()
    assert "pago" in parked["reason"]
    running.post_whatsapp(running.text("wamid.ANSWER", "Oi", sender=PHONE))
    running.settle()
    assert shown(running.sends()) == ["retomar", "n1"]


def test_a_held_reply_is_changed_or_taken_back_before_it_goes_out(running: Sandbox) -> None:
    running.put(shut())
    for n in (1, 2, 3):
        running.post_bitrix(running.operator(9000 + n, f"n{n}"))
    running.settle()
    for _ in range(2):
        running.post_bitrix(change("ONIMCONNECTORMESSAGEUPDATE", 9001, "n1 melhor"))
        running.post_bitrix(change("ONIMCONNECTORMESSAGEDELETE", 9002))
    running.settle()
    assert [row["source_id"] for row in running.parked()] == ["9001", "9003"]
    running.post_whatsapp(running.text("wamid.ANSWER", "Oi", sender=PHONE))
    running.settle()
    assert shown(running.sends()) == ["retomar", "n1 melhor", "n3"]
    assert len(running.notices()) == 1


def test_a_message_that_waits_for_meta_is_changed_or_taken_back(running: Sandbox) -> None:
    running.put(scenario(chats=[seeded_chat()]))
    running.fault(provider="meta", kind="status", status=503, times=3)
    running.post_bitrix(running.operator(9001, "n1"))
    running.post_bitrix(running.operator(9002, "n2"))
    running.post_bitrix(change("ONIMCONNECTORMESSAGEUPDATE", 9001, "n1 melhor"))
    running.post_bitrix(change("ONIMCONNECTORMESSAGEDELETE", 9002))
    running.settle()
    assert shown(running.sends()) == ["n1 melhor"]
    assert running.notices() == []


def test_a_change_of_a_sent_message_is_one_notice(running: Sandbox) -> None:
    running.put(scenario(chats=[seeded_chat()]))
    running.post_bitrix(running.operator(9001, "n1"))
    running.settle()
    for _ in range(2):
        running.post_bitrix(change("ONIMCONNECTORMESSAGEDELETE", 9001))
    running.settle()
    assert len(running.notices()) == 1
    assert shown(running.sends()) == ["n1"]


def test_the_playgrounds_switch_shuts_the_window_for_both_sides(running: Sandbox) -> None:
    tree = shut(hours=0)
    running.put(tree)
    moved = running.http.post(f"{running.playground}/play/rewind", json={"wa_id": PHONE, "hours": 25})
    assert moved.json() == {"window": "shut"}
    running.post_bitrix(running.operator(9001, "n1"))
    running.settle()
    assert shown(running.sends()) == ["retomar"]
    running.post_whatsapp(running.text("wamid.ANSWER", "Oi", sender=PHONE))
    running.settle()
    assert shown(running.sends()) == ["retomar", "n1"]


def test_the_command_shows_what_waits_and_reads_the_catalogue(running: Sandbox) -> None:
    running.put(shut())
    running.post_bitrix(running.operator(9001, "n1"))
    running.settle()
    ponte = [sys.executable, "-c", "from cli.main import main; main()"]
    place = f"--sandbox={running.folder}"

    def ask(*command: str) -> Any:
        whole = [*ponte, *command, place, "--json"]
        done = subprocess.run(whole, capture_output=True, text=True, cwd=ROOT, check=True)  # noqa: S603  # our own
        return json.loads(done.stdout)

    (held,) = ask("parked", "list")["parked"]
    assert (held["source_id"], held["code"]) == ("9001", "window_held")
    (row,) = ask("templates", "refresh")["templates"]
    assert (row["name"], row["category"], row["opens_windows_of"]) == ("retomar", "UTILITY", [NUMBER])
    assert (
        ask("templates", "set-window-template", "--phone-number-id", NUMBER, "--off", "--yes")["window_template"]
        is None
    )
