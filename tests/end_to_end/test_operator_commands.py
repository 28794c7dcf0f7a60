"""What operators type in the chat, on the real bundle: templates, buttons, lists, links and quotes."""

import time
from typing import Any

import pytest

from tests.end_to_end.conftest import Sandbox, scenario, seeded_chat

pytestmark = pytest.mark.end_to_end

FENCE = "-" * 54


def chat() -> dict[str, Any]:
    tree = scenario(chats=[seeded_chat(last_inbound_ms=int(time.time() * 1000))])
    tree["meta"]["templates"] = [
        {
            "name": "pedido",
            "language": language,
            "status": "APPROVED",
            "category": "MARKETING",
            "components": [{"type": "BODY", "text": "{{1}}, pedido {{2}}"}],
        }
        for language in ("pt_BR", "en")
    ]
    return tree


@pytest.mark.parametrize(
    ("typed", "kind", "expected"),
    [
        (
            "/modelo pedido\n{nome}\n7",
            "template",
            {
                "name": "pedido",
                "language": {"code": "pt_BR"},
                "components": [
                    {
                        "type": "body",
                        "parameters": [{"type": "text", "text": "Maria Silva"}, {"type": "text", "text": "7"}],
                    }
                ],
            },
        ),
        (
            "/botoes\nVamos?\n- Sim\n- Não",
            "interactive",
            {
                "type": "button",
                "body": {"text": "Vamos?"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": "b1", "title": "Sim"}},
                        {"type": "reply", "reply": {"id": "b2", "title": "Não"}},
                    ]
                },
            },
        ),
        (
            "/lista\nQual?\n- 9h | cedo",
            "interactive",
            {
                "type": "list",
                "body": {"text": "Qual?"},
                "action": {
                    "button": "Ver opções",
                    "sections": [{"rows": [{"id": "r1", "title": "9h", "description": "cedo"}]}],
                },
            },
        ),
        ("//botoes", "text", {"preview_url": False, "body": "/botoes"}),
    ],
    ids=["template", "buttons", "list", "text"],
)
def test_what_is_typed_is_sent_once_and_acknowledged(
    running: Sandbox, typed: str, kind: str, expected: dict[str, Any]
) -> None:
    running.put(chat())
    for _ in range(2):
        running.post_bitrix(running.operator(9001, typed))
    running.settle()
    (sent,) = running.sends()
    assert (sent["type"], sent[kind]) == (kind, expected)
    assert len(running.calls("imconnector.send.status.delivery")) == 1
    assert running.notices() == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [("/modelo pedido\nMaria", "2"), ("/modelo nada", "modelo"), ("/botoes\nx", "3"), ("/modelos x", "/modelo")],
)
def test_what_is_typed_wrong_is_answered_in_the_chat_and_never_reaches_meta(
    running: Sandbox, typed: str, told: str
) -> None:
    running.put(chat())
    running.post_bitrix(running.operator(9001, typed))
    running.settle()
    assert [row for row in running.journal("meta") if row["path"].endswith("/messages")] == []
    (notice,) = running.notices()
    assert told in notice
    assert running.parked() == []


def quoting(target: int, answer: str) -> str:
    return f"{FENCE}\nMaria [01.02.2026 10:00] #chat1807/{target}\nQuanto custa?\n{FENCE}\n{answer}"


def shown_id(running: Sandbox, text: str) -> int:
    """The portal's id of a message in one of its chats."""
    chats = running.http.get(f"{running.playground}/play/state").json()["chats"]
    (found,) = [int(m["id"]) for one in chats for m in one["messages"] if m["text"] == text]
    return found


def test_a_reaction_lands_on_the_quoted_message_and_is_taken_away_again(running: Sandbox) -> None:
    running.put(chat())
    running.post_whatsapp(running.text("wamid.IN-TO-REACT-TO", "Quanto custa?", sender="5511900000001"))
    running.settle()
    target = shown_id(running, "Quanto custa?")
    for number, typed in ((9001, "/reagir :f09f918d:"), (9002, "/reagir")):
        running.post_bitrix(running.operator(number, quoting(target, typed)))
    running.post_bitrix(running.operator(9003, "/reagir 👍"))
    running.settle()
    assert [send["reaction"] for send in running.sends()] == [
        {"message_id": "wamid.IN-TO-REACT-TO", "emoji": emoji} for emoji in ("👍", "")
    ]
    assert len(running.calls("imconnector.send.status.delivery")) == 2
    (notice,) = running.notices()
    assert "Responder" in notice


def test_quotes_of_both_sides_become_whatsapps_own_and_an_unknown_one_stays_text(running: Sandbox) -> None:
    running.put(chat())
    running.post_whatsapp(running.text("wamid.IN-TO-BE-QUOTED", "Quanto custa?", sender="5511900000001"))
    running.post_bitrix(running.operator(9001, "Um momento"))
    running.settle()
    for number, target in ((9002, shown_id(running, "Quanto custa?")), (9003, 9001), (9004, 12345)):
        running.post_bitrix(running.operator(number, quoting(target, "Dez reais")))
    running.settle()
    first, of_customer, of_operator, unknown = running.sends()
    ours = running.calls("imconnector.send.status.delivery")[0]["body"]["MESSAGES"][0]["message"]["id"][0]
    assert first["text"]["body"] == "Um momento"
    assert (of_customer["context"], of_customer["text"]["body"]) == (
        {"message_id": "wamid.IN-TO-BE-QUOTED"},
        "Dez reais",
    )
    assert (of_operator["context"], of_operator["text"]["body"]) == ({"message_id": ours}, "Dez reais")
    assert "context" not in unknown
    assert unknown["text"]["body"] == "> Maria:\n> Quanto custa?\nDez reais"
