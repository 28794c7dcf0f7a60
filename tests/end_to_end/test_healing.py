"""An outage of ours: operators write, no webhook comes, Bitrix24 repeats none; one run of heal_gaps brings all in."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.end_to_end.conftest import CONNECTOR, MEMBER, ROOT, Sandbox, scenario, seeded_chat

pytestmark = pytest.mark.end_to_end
MINUTE = 60_000
MARIA, JOAO, RITA = "5511900000001", "5511900000002", "5511900000003"
OTHER_MEMBER, OTHER_NUMBER, OTHER_LINE = "f0e1d2c3b4a5968778695a4b3c2d1e0f", "106540352242933", 108


def two_portals(**first: Any) -> dict[str, Any]:
    """Maria and João in the first portal, Rita in the second; one of Maria's messages was sent long ago."""
    chats = [seeded_chat(MARIA), seeded_chat(JOAO, chat_id=1808, bitrix_user_id=586, name="João")]
    sent = [{"im_message_id": 86497, "wamids": ["wamid.S1"], "external": MARIA}]
    tree = scenario(chats=chats, sent=sent, **first)
    number = tree["meta"]["numbers"][0]
    tree["meta"]["numbers"].append(
        {**number, "phone_number_id": OTHER_NUMBER, "display_phone_number": "+55 11 5078-3882"}
    )
    line = {"connector": CONNECTOR, "line": OTHER_LINE, "signature": True, "phone_number_id": OTHER_NUMBER}
    tree["bitrix24"]["portals"].append(
        {
            **tree["bitrix24"]["portals"][0],
            "member_id": OTHER_MEMBER,
            "domain": "fabrikam.bitrix24.com.br",
            "access_token": "access-token-fabrikam",
            "refresh_token": "refresh-token-fabrikam",
            "lines": [line],
            "chats": [seeded_chat(RITA, line=OTHER_LINE, chat_id=1807, bitrix_user_id=700, name="Rita")],
            "sent": [],
        }
    )
    return tree


@pytest.fixture
def healed(running: Sandbox) -> Sandbox:
    answer = running.put(two_portals())
    assert answer.status_code == 200, answer.text
    return running


def writes(
    sandbox: Sandbox, text: str, ago_min: float, chat_id: int = 1807, member_id: str = MEMBER, **more: Any
) -> str:
    """An operator writes while the gateway is away."""
    at_ms = int(time.time() * 1000 - ago_min * MINUTE)
    body = {"chat_id": chat_id, "member_id": member_id, "text": text, "lost": True, "at_ms": at_ms, **more}
    answer = sandbox.http.post(f"{sandbox.control}/play/operator", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["source_id"])


def heal(sandbox: Sandbox) -> None:
    assert sandbox.http.post(f"{sandbox.control}/run", json={"schedule": "heal_gaps"}).status_code == 202
    sandbox.settle()


def got(sandbox: Sandbox, phone: str) -> list[str]:
    return [send["text"]["body"] for send in sandbox.sends() if send["to"] == phone]


def outage(sandbox: Sandbox) -> list[str]:
    """Three operators, three chats, two portals, up to twenty hours ago."""
    ids = [writes(sandbox, f"maria {n}", 1_200 - n, operator_id=(27, 31, 42)[n % 3]) for n in range(4)]
    ids += [writes(sandbox, f"joão {n}", 300 - n, chat_id=1808) for n in range(3)]
    ids += [writes(sandbox, f"rita {n}", 90 - n, member_id=OTHER_MEMBER, operator_id=31) for n in range(2)]
    writes(sandbox, "só para nós", 80, whisper=True)
    return ids


def everything_arrived_once_and_in_order(sandbox: Sandbox) -> None:
    assert got(sandbox, MARIA) == [f"maria {n}" for n in range(4)]
    assert got(sandbox, JOAO) == [f"joão {n}" for n in range(3)]
    assert got(sandbox, RITA) == [f"*Bruno Lima:*\nrita {n}" for n in range(2)]
    assert len(sandbox.sends()) == 9


def test_what_was_written_during_an_outage_reaches_each_phone_once_and_in_order(healed: Sandbox) -> None:
    ids = outage(healed)
    heal(healed)
    everything_arrived_once_and_in_order(healed)
    acknowledged = [
        call["body"]["MESSAGES"][0]["im"]["message_id"] for call in healed.calls("imconnector.send.status.delivery")
    ]
    assert sorted(map(str, acknowledged)) == sorted(ids)
    assert healed.parked() == []


def test_a_second_run_sends_nothing(healed: Sandbox) -> None:
    outage(healed)
    heal(healed)
    heal(healed)
    everything_arrived_once_and_in_order(healed)


def test_what_came_by_webhook_before_and_after_the_outage_is_not_sent_again(healed: Sandbox) -> None:
    live = {"chat_id": 1807, "member_id": MEMBER}
    healed.http.post(f"{healed.control}/play/operator", json={**live, "text": "antes"})
    healed.settle()
    writes(healed, "durante", 5)
    heal(healed)
    healed.http.post(f"{healed.control}/play/operator", json={**live, "text": "depois"})
    healed.settle()
    heal(healed)
    assert got(healed, MARIA) == ["antes", "durante", "depois"]


def test_the_late_webhook_of_a_healed_message_is_the_same_event(healed: Sandbox) -> None:
    message_id = writes(healed, "uma vez", 5)
    heal(healed)
    healed.post_bitrix(healed.operator(int(message_id), "uma vez", MARIA))
    healed.settle()
    assert got(healed, MARIA) == ["uma vez"]


BATCH = {"provider": "bitrix24", "match": {"path": "/rest/batch"}}
SENDS = {"provider": "meta", "match": {"path": "/messages"}}


@pytest.mark.parametrize(
    "fault",
    [
        {**BATCH, "kind": "html", "status": 503, "times": 1},
        {**BATCH, "kind": "timeout_after_effect", "delay_ms": 100, "times": 1},
        {**BATCH, "kind": "partial", "times": 2},
        {**SENDS, "kind": "status", "status": 429, "times": 3},
        {**SENDS, "kind": "reset_before", "times": 2},
    ],
    ids=["portal 503", "answer lost", "a command fails", "whatsapp limits", "whatsapp resets"],
)
def test_faults_while_healing_double_and_lose_nothing(healed: Sandbox, fault: dict[str, Any]) -> None:
    outage(healed)
    healed.fault(**fault)
    heal(healed)
    heal(healed)
    everything_arrived_once_and_in_order(healed)


def test_a_run_that_dies_in_the_middle_is_made_up_for_by_the_next(healed: Sandbox) -> None:
    outage(healed)
    crash = {"function": "heal_gaps", "provider": "bitrix24", "when": "after_call", "times": 1}
    assert healed.http.post(f"{healed.control}/crash", json=crash).status_code == 200
    heal(healed)
    assert healed.sends() == []
    while json.loads(cli(healed, "heal", "--json", status=None))["report"]["busy"]:
        pass  # until the lease of the run that died is over
    healed.settle()
    everything_arrived_once_and_in_order(healed)


def test_chats_that_only_sessions_show_are_healed_and_closed_ones_are_listed(running: Sandbox) -> None:
    tree = two_portals()
    chats = tree["bitrix24"]["portals"][0]["chats"]
    chats[0]["history_access"], chats[1]["history_access"] = "session_only", "none"
    tree["bitrix24"]["portals"][0]["sent"] = []  # of an earlier session, which nobody could see
    assert running.put(tree).status_code == 200
    outage(running)
    heal(running)
    assert got(running, MARIA) == [f"maria {n}" for n in range(4)]
    assert got(running, JOAO) == []
    report = json.loads(cli(running, "heal", "--report", "--json"))["report"]
    assert [(row["chat"], row["reason"]) for row in report["uncheckable"]] == [("1808", "access_denied")]


def test_a_message_whose_window_has_closed_is_parked_with_its_reason(running: Sandbox) -> None:
    tree = two_portals()
    tree["bitrix24"]["portals"][0]["chats"][0]["last_inbound_ms"] = int(time.time() * 1000) - 30 * 60 * MINUTE
    assert running.put(tree).status_code == 200
    message_id = writes(running, "tarde demais", 60)
    heal(running)
    assert running.sends() == []
    assert [row["source_id"] for row in running.parked()] == [message_id]
    assert len(running.notices()) == 1


def test_the_command_shows_what_it_would_send_then_sends_it_then_shows_its_report(healed: Sandbox) -> None:
    message_id = writes(healed, "segredo", 5)
    dry = json.loads(cli(healed, "heal", "--dry-run", "--json"))["report"]
    healed.settle()
    assert (dry["missing"], dry["sent_on"], [row["message"] for row in dry["samples"]]) == (1, 0, [message_id])
    assert healed.sends() == []
    done = json.loads(cli(healed, "heal", "--since", "24h", "--json"))["report"]
    healed.settle()
    assert (done["missing"], done["sent_on"], got(healed, MARIA)) == (1, 1, ["segredo"])
    kept = json.loads(cli(healed, "heal", "--report", "--json"))["report"]
    assert kept == done
    assert "segredo" not in json.dumps(kept)


def cli(sandbox: Sandbox, *arguments: str, status: int | None = 0) -> str:
    """The operator's command against this sandbox; its answer. status: what it must end with."""
    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-c", "from cli.main import main; main()", f"--sandbox={sandbox.folder}", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert status in (None, done.returncode), done.stdout + done.stderr
    return done.stdout
