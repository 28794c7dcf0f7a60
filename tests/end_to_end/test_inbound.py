"""Every kind of webhook through the whole bundle: what the samples do, and very many at once."""

from collections import defaultdict

import pytest

from tests.end_to_end.conftest import SAMPLES, Sandbox, sample, scenario, seeded_chat
from tests.floods import USERS, flood

pytestmark = pytest.mark.end_to_end

WHATSAPP = sorted(path.parent.name for path in (SAMPLES / "whatsapp").glob("*/body"))
PAGES = {"install_page", "install_page_legacy_fields", "placement_setting_connector"}
BITRIX24 = sorted({path.parent.name for path in (SAMPLES / "bitrix24").glob("*/body")} - PAGES)


def test_every_sample_of_whatsapp_is_taken_and_worked_off(sandbox: Sandbox) -> None:
    """What each one shows is in docs/coverage.md; here all of them pass the real doors, queues and tables, twice."""
    for _ in range(2):
        for name in WHATSAPP:
            body, headers = sample("whatsapp", name)
            answer = sandbox.http.post(f"{sandbox.gateway}/webhooks/meta", content=body, headers=headers)
            assert answer.status_code == 200, name
    state = sandbox.drain(240)
    assert state["quiet"], state
    shown = sandbox.shown()
    for line in (
        "Does it come in another color?",
        "🔘 Escolheu: Yes, confirm",
        "📞 Chamada perdida do cliente no WhatsApp.",
    ):
        assert len([text for text in shown if text.startswith(line) or text.endswith(line)]) == 1, line
    assert sandbox.parked() == []


def test_every_event_sample_of_bitrix24_is_answered(sandbox: Sandbox) -> None:
    for name in BITRIX24:
        body, headers = sample("bitrix24", name)
        answer = sandbox.http.post(f"{sandbox.gateway}/webhooks/bitrix24/outbound", content=body, headers=headers)
        # Installations must prove themselves with the OAuth server, and ONAPPPAYMENT brings no application_token.
        assert answer.status_code in (200, 401), name
    state = sandbox.drain(240)
    assert state["quiet"], state


def test_1200_messages_and_1200_statuses_in_one_post_arrive_once_and_in_order(running: Sandbox) -> None:
    chats = [
        seeded_chat(f"55119{n:08}", chat_id=2000 + n, bitrix_user_id=5000 + n, contact_id=700 + n) for n in range(USERS)
    ]
    contacts = [{"id": 700 + n, "name": "Cliente", "phones": [f"+55119{n:08}"]} for n in range(USERS)]
    tree = scenario(chats=chats, contacts=contacts, rate={"per_s": 2000, "burst": 5000})
    assert running.put(tree).status_code == 200
    body, said = flood()
    assert 1_700_000 < len(body) < 1_900_000
    assert running.post_whatsapp(body).status_code == 200
    assert running.post_whatsapp(body).status_code == 200  # Meta repeats
    state = running.drain(900)
    assert state["quiet"], state
    arrived: dict[str, list[str]] = defaultdict(list)
    for call in running.calls("imconnector.send.messages"):
        assert call["took_effect"]
        one = call["body"]["MESSAGES"][0]
        arrived[one["chat"]["id"]].append(one["message"]["text"])
    assert arrived == said
    assert running.parked() == []
