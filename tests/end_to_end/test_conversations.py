"""A customer and an agent talk in Chatwoot: the office has it once, in order, and its staff are told once."""

import copy
from typing import Any

import pytest

from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.test_api import jwt
from tests.end_to_end.test_offices import HOST, SIGNS, TENANT, scenario

pytestmark = pytest.mark.end_to_end
NUMBER, MARIA, ACCOUNT = 873, 5012, 7
LOGIN = "5b8f9d0a-3c41-4a7e-9a52-6f1f0b7c2d11"
WHERE = {"host": HOST, "account_id": ACCOUNT, "conversation_id": NUMBER}
TOLD = (
    *("contact_updated", "conversation_created", "conversation_updated", "conversation_status_changed"),
    *("message_created", "message_updated"),
)


def talking() -> dict[str, Any]:
    tree = copy.deepcopy(scenario())
    (account,), (tenant,) = tree["chatwoot"]["accounts"], tree["zattar"]["tenants"]
    place = {"source_id": "zattar:cliente:1842", "inbox": {"id": 12}}
    account |= {
        "webhooks": [{"id": 1, "secret": SIGNS, "subscriptions": list(TOLD)}],
        "inboxes": [{"id": 12, "name": "Portal", "channel_type": "Channel::Api"}],
        "agents": [{"id": 31, "name": "Beatriz", "email": "beatriz@zattar.example"}],
        "contacts": [{"id": MARIA, "name": "MARIA DAS DORES", "contact_inboxes": [place]}],
        "conversations": [
            {"id": NUMBER, "inbox_id": 12, "contact_id": MARIA, "source_id": place["source_id"], "status": "open"}
        ],
    }
    usuario = {"id": 4, "nome_completo": "Beatriz", "nome_exibicao": "Beatriz", "cpf": "52998224725"}
    tenant["tables"] |= {
        "clientes": [{"id": 1842, "tipo_pessoa": "pf", "nome": "Maria das Dores", "ativo": True}],
        "usuarios": [{**usuario, "email_corporativo": "beatriz@zattar.example", "auth_user_id": LOGIN}],
        "usuarios_chatwoot": [{"usuario_id": LOGIN, "chatwoot_agent_id": 31, "chatwoot_account_id": ACCOUNT}],
    }
    tenant["partes_chatwoot"] = [
        {
            "tipo_entidade": "cliente",
            "entidade_id": 1842,
            "chatwoot_contact_id": MARIA,
            "chatwoot_account_id": ACCOUNT,
        }
    ]
    return tree


def play(sandbox: Sandbox, path: str, **body: Any) -> dict[str, Any]:
    answer = sandbox.http.post(f"{sandbox.playground}/play/chatwoot/{path}", json={**WHERE, **body})
    assert answer.status_code == 200, answer.text
    tree: dict[str, Any] = answer.json()
    return tree


def say(sandbox: Sandbox, content: str, who: str = "customer") -> int:
    return int(play(sandbox, "say", content=content, who=who)["message_id"])


def office(sandbox: Sandbox) -> dict[str, Any]:
    (tenant,) = sandbox.http.get(f"{sandbox.control}/scenario").json()["zattar"]["tenants"]
    assert tenant["tenant"] == TENANT
    found: dict[str, Any] = tenant
    return found


def test_what_a_customer_writes_is_kept_once_and_told_once(running: Sandbox) -> None:
    assert running.put(talking()).status_code == 200
    message_id = say(running, "Boa tarde, como está o meu processo?")
    running.settle()
    assert running.trace(f"message_created|{message_id}")["status"] == "SENT"
    found = office(running)
    (message,) = found["mensagens"]
    assert (message["chatwoot_message_id"], message["tipo"]) == (message_id, "cliente")
    assert message["conteudo"] == "Boa tarde, como está o meu processo?"
    (conversa,) = found["conversas_chatwoot"]
    assert (conversa["tipo_entidade"], conversa["entidade_id"], conversa["status"]) == ("cliente", 1842, "open")
    assert conversa["mensagens_nao_lidas"] == 1
    (notice,) = found["tables"]["notificacoes"]
    assert (notice["usuario_id"], notice["tipo"]) == (4, "sistema_alerta")
    assert notice["dados_adicionais"]["chatwoot_message_id"] == message_id


def test_a_talk_stays_in_order_and_its_state_is_followed(running: Sandbox) -> None:
    running.put(talking())
    who = {"cliente": "customer", "resposta_agent": "agent", "nota_interna": "note"}
    said = [("cliente", "um"), ("resposta_agent", "dois"), ("nota_interna", "três"), ("cliente", "quatro 😀 <b>")]
    for tipo, content in said:
        say(running, content, who[tipo])
    play(running, "set", status="snoozed", priority="high", assignee_id=31)
    running.settle()
    found = office(running)
    assert [(one["tipo"], one["conteudo"]) for one in found["mensagens"]] == said
    (conversa,) = found["conversas_chatwoot"]
    assert (conversa["status"], conversa["chatwoot_status"], conversa["prioridade"]) == ("on_hold", "snoozed", "high")
    assert conversa["usuario_id"] == 4
    told = [row["dados_adicionais"]["chatwoot_message_id"] for row in found["tables"]["notificacoes"]]
    assert len(told) == len(set(told)) == 2


def test_a_lost_answer_and_a_crash_tell_nobody_twice(running: Sandbox) -> None:
    running.put(talking())
    running.fault(provider="supabase", kind="timeout_after_effect", delay_ms=100, match={"path": "notificacoes"})
    say(running, "um")
    running.settle()
    crash = {"function": "on_chatwoot_event", "provider": "supabase", "when": "after_call", "times": 1}
    running.http.post(f"{running.control}/crash", json=crash)
    say(running, "dois")
    running.settle()
    found = office(running)
    assert [one["conteudo"] for one in found["mensagens"]] == ["um", "dois"]
    told = [row["dados_adicionais"]["chatwoot_message_id"] for row in found["tables"]["notificacoes"]]
    assert told == [one["chatwoot_message_id"] for one in found["mensagens"]]


def test_no_text_and_no_name_is_logged(running: Sandbox) -> None:
    running.put(talking())
    say(running, "segredo de justiça")
    running.settle()
    for name in ("chatwoot_webhook", "on_chatwoot_event"):
        text = (running.folder / "logs" / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        assert not [word for word in ("segredo", "MARIA", "pubsub", SIGNS) if word in text]


def test_a_user_of_the_office_says_something_by_http_and_chatwoot_has_it_once(running: Sandbox) -> None:
    tree = talking()
    tenant = tree["zattar"]["tenants"][0]
    token = jwt(LOGIN, tenant["supabase_host"])
    tenant["users"] = [{"auth_id": LOGIN, "token": token, "usuario_id": 4, "scopes": ["messages:send"]}]
    tenant["conversas_chatwoot"] = [
        {
            "chatwoot_conversation_id": NUMBER,
            "chatwoot_account_id": ACCOUNT,
            "tipo_entidade": "cliente",
            "entidade_id": 1842,
            "status": "open",
        }
    ]
    answer = running.put(tree)
    assert answer.status_code == 200, answer.text
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "k"}

    def ask(method: str, path: str, body: Any = None) -> Any:
        url = f"{running.gateway}/conversas{path}"
        return running.http.request(method, url, json=body, headers=headers)

    (listed,) = ask("GET", "?cliente_id=1842").json()["conversas"]
    assert listed["chatwoot_conversation_id"] == NUMBER
    first = ask("POST", f"/{listed['id']}/mensagens", {"conteudo": "Bom dia"})
    assert first.status_code in (201, 202), first.text
    assert running.drain()["quiet"]
    again = ask("POST", f"/{listed['id']}/mensagens", {"conteudo": "Bom dia"})
    assert (again.status_code, again.json()["status"]) == (201, "sent")
    (said,) = ask("GET", f"/{listed['id']}/mensagens").json()["mensagens"]
    assert (said["conteudo"], said["chatwoot_message_id"]) == ("Bom dia", again.json()["chatwoot_message_id"])
    changed = ask("PATCH", f"/{listed['id']}", {"status": "resolved"})
    assert changed.status_code in (200, 202), changed.text
    assert running.drain()["quiet"]
    assert ask("GET", "?cliente_id=1842").json()["conversas"][0]["status"] == "resolved"
