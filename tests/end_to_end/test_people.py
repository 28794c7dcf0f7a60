"""Who is who, through real webhooks, functions and tables: changes, forms, clashes, and the operator's merge."""

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.end_to_end.conftest import Sandbox, scenario, seeded_chat, value

pytestmark = pytest.mark.end_to_end

M13, M12, NEW = "5511987654321", "551187654321", "5511977776666"
MAIN = "from cli.main import main; main()"
OLD_ID, NEW_ID = "BR.20558713390021774410", "BR.90017724410205587133"


def wrote(wamid: str, text: str, phone: str = "", user_id: str = "", at: int = 0, **more: Any) -> dict[str, Any]:
    message = {"id": wamid, "timestamp": str(at or int(time.time())), "type": "text", "text": {"body": text}}
    message |= {k: v for k, v in (("from", phone), ("from_user_id", user_id)) if v}
    contact = {k: v for k, v in (("wa_id", phone), ("user_id", user_id)) if v}
    return value({"contacts": [{"profile": {"name": "Maria Silva"}, **contact}], "messages": [{**message, **more}]})


def changed(wamid: str, at: int, phone: str = "", **system: str) -> dict[str, Any]:
    message = {"id": wamid, "timestamp": str(at), "type": "system", "system": system}
    return value({"messages": [{**message, **({"from": phone} if phone else {})}]})


def told(sandbox: Sandbox, *webhooks: dict[str, Any]) -> None:
    for each in webhooks:
        assert sandbox.post_whatsapp(each).status_code == 200
        sandbox.settle()


def chats(sandbox: Sandbox) -> list[str]:
    """The external chat id of every customer's message in the portal, in order."""
    calls = sandbox.calls("imconnector.send.messages")
    return [str(call["body"]["MESSAGES"][0]["chat"]["id"]) for call in calls if call["took_effect"]]


def answered(sandbox: Sandbox, message_id: int, external: str) -> dict[str, Any]:
    """What an operator's answer in that chat became."""
    sandbox.post_bitrix(sandbox.operator(message_id, "Olá", external))
    sandbox.settle()
    return sandbox.sends()[-1]


def ponte(sandbox: Sandbox, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-c", MAIN, *arguments, f"--sandbox={sandbox.folder}", "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_both_forms_of_a_mobile_are_one_chat_and_one_contact(sandbox: Sandbox) -> None:
    told(sandbox, wrote("wamid.1", "um", M12), wrote("wamid.2", "dois", M13), wrote("wamid.3", "três", M12))
    assert len(set(chats(sandbox))) == 1
    assert sandbox.shown() == ["um", "dois", "três"]
    assert len(sandbox.calls("crm.item.add")) == 1
    assert answered(sandbox, 9001, chats(sandbox)[0])["to"] == M12


def test_a_landline_is_not_the_mobile_with_a_nine_before_it(sandbox: Sandbox) -> None:
    told(sandbox, wrote("wamid.1", "loja", "551132221100"), wrote("wamid.2", "celular", "5511932221100"))
    assert len(set(chats(sandbox))) == 2


def test_a_person_without_a_phone_is_answered_at_the_newest_bsuid(sandbox: Sandbox) -> None:
    now = int(time.time())
    told(sandbox, wrote("wamid.1", "Oi", user_id=OLD_ID))
    external = chats(sandbox)[0]
    assert answered(sandbox, 9001, external)["recipient"] == OLD_ID
    told(
        sandbox,
        changed("wamid.S1", now + 1, type="user_changed_user_id", user_id=NEW_ID, previous_user_id=OLD_ID),
    )
    sent = answered(sandbox, 9002, external)
    assert (sent["recipient"], "to" in sent) == (NEW_ID, False)
    told(sandbox, wrote("wamid.2", "de novo", user_id=NEW_ID, at=now + 2))
    assert chats(sandbox) == [external, external]


def test_after_a_number_change_the_answer_goes_to_the_new_number(sandbox: Sandbox) -> None:
    now = int(time.time())
    told(
        sandbox,
        wrote("wamid.1", "Oi", M13),
        changed("wamid.S1", now + 1, M12, type="user_changed_number", wa_id=NEW),
    )
    external = chats(sandbox)[0]
    assert answered(sandbox, 9001, external)["to"] == NEW
    told(sandbox, wrote("wamid.2", "do novo", NEW, at=now + 2))
    assert chats(sandbox) == [external, external]
    assert len(sandbox.calls("crm.item.add")) == 1


def test_a_number_change_of_a_seeded_chat_is_followed(running: Sandbox) -> None:
    running.put(scenario(chats=[seeded_chat("5511900000001", user_id=OLD_ID, wa_id="5511900000001")]))
    told(
        running,
        changed(
            "wamid.S1",
            int(time.time()),
            "5511900000001",
            type="user_changed_number",
            wa_id=NEW,
            user_id=NEW_ID,
            previous_user_id=OLD_ID,
        ),
    )
    assert answered(running, 9001, "5511900000001")["to"] == NEW


def test_a_message_before_its_rotation_is_joined_when_the_rotation_comes(sandbox: Sandbox) -> None:
    now = int(time.time())
    told(
        sandbox,
        wrote("wamid.1", "antes", M13, OLD_ID, at=now - 60),
        wrote("wamid.2", "depois", NEW, NEW_ID, at=now - 20),
        changed(
            "wamid.S1",
            now - 30,
            M13,
            type="user_changed_number",
            wa_id=NEW,
            user_id=NEW_ID,
            previous_user_id=OLD_ID,
        ),
        wrote("wamid.3", "e agora", NEW, NEW_ID, at=now),
    )
    first, second, third = chats(sandbox)
    assert (first != second, third) == (True, first)
    assert [answered(sandbox, 9001, first)["to"], answered(sandbox, 9002, second)["to"]] == [NEW, NEW]
    (merge,) = ponte(sandbox, "people", "merges")["merges"]
    assert (merge["survivor"], merge["absorbed"], merge["by"]) == (first, second, "rotation")


def test_a_stranger_on_a_recycled_line_gets_a_chat_of_their_own(sandbox: Sandbox) -> None:
    now = int(time.time())
    told(
        sandbox,
        wrote("wamid.1", "Maria", M13, OLD_ID, at=now - 60),
        wrote("wamid.2", "um estranho", M12, NEW_ID, at=now - 10),
    )
    maria, stranger = chats(sandbox)
    assert maria != stranger
    assert answered(sandbox, 9001, maria).get("recipient") == OLD_ID
    assert answered(sandbox, 9002, stranger)["to"] == M12


def test_the_phone_that_a_person_gave_leads_to_them(sandbox: Sandbox) -> None:
    cards = [{"origin": "contact_request", "phones": [{"phone": "+55 11 98765-4321", "wa_id": M13}]}]
    told(
        sandbox,
        wrote("wamid.1", "Oi", user_id=OLD_ID),
        wrote("wamid.2", "", user_id=OLD_ID, type="contacts", contacts=cards),
        wrote("wamid.3", "do telefone", M12),
    )
    assert len(set(chats(sandbox))) == 1


def test_a_clash_is_delivered_by_the_rule_listed_merged_and_undone(running: Sandbox) -> None:
    phone, bsuid = "5511900000001", "chat-of-the-bsuid"
    seeds = [seeded_chat(phone), seeded_chat(bsuid, user_id=OLD_ID, chat_id=1808, bitrix_user_id=586)]
    running.put(scenario(chats=seeds))
    told(running, wrote("wamid.1", "de ambos", phone, OLD_ID))
    assert chats(running) == [bsuid]
    assert answered(running, 9000, bsuid)["recipient"] == OLD_ID  # the phone is the other person's
    told(running, wrote("wamid.2", "só do telefone", phone))
    assert chats(running)[-1] == phone
    (case,) = ponte(running, "people", "conflicts")["conflicts"]
    assert (case["delivered_to"], set(case["people"])) == (bsuid, {phone, bsuid})
    made = ponte(running, "people", "merge", case["id"], "--keep", phone, "--yes")
    told(running, wrote("wamid.3", "depois da união", user_id=OLD_ID))
    assert chats(running)[-1] == phone
    assert answered(running, 9001, bsuid)["to"] == phone  # the chat that was left: it still reaches the person
    ponte(running, "people", "undo", made["id"], "--yes")
    told(running, wrote("wamid.4", "separados de novo", user_id=OLD_ID))
    assert chats(running)[-1] == bsuid
    assert [each["id"] for each in ponte(running, "people", "conflicts")["conflicts"]] == [case["id"]]


def test_a_message_without_a_sender_is_parked_with_its_reason(sandbox: Sandbox) -> None:
    told(sandbox, wrote("wamid.1", "de ninguém"))
    (parked,) = sandbox.parked()
    assert parked["source_id"] == "wamid.1"
    assert "quem enviou" in parked["reason"]
