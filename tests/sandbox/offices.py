"""A law office's account on the fake Chatwoot, and the way our code reaches it, for the tests of both."""

from typing import Any

from ponte.chatwoot import events, requests, signatures, values
from ponte.chatwoot.calls import Account, ApiCall
from ponte.chatwoot.client import ChatwootClient
from ponte.outcome import Outcome, Succeeded
from ponte.runtime.egress import Way
from ponte.runtime.tenant_hosts import TenantHosts

from .conftest import Sandbox

HOST, OTHER_HOST = "chat.zattar.example", "chat.outro.example"
ADMIN, AGENT, BOT, STRANGER = "admin-token", "agent-token", "bot-token", "token-of-account-8"
SECRET = "whsec-fixture-8Zr2kQ"
IDENTIFIER = "aBcDeF123456"
MARIA_ID, JOAO_ID, HIDDEN_ID = 5012, 5013, 5014
INBOX = {"id": 12, "name": "Portal", "channel_type": "Channel::Api", "inbox_identifier": IDENTIFIER}
SENT_BY_JOAO = {
    "id": 40981,
    "conversation_id": 873,
    "inbox_id": 12,
    "message_type": 0,
    "content": "Boa tarde",
    "created_at": 1781701268,
    "sender": {"id": JOAO_ID, "type": "contact"},
}


def office_scenario() -> dict[str, Any]:
    maria = {
        "id": MARIA_ID,
        "name": "Maria das Dores",
        "email": "maria@mail.example",
        "phone_number": "+5531987654321",
        "identifier": "zattar_cliente_1842",
        "custom_attributes": {"tipo_entidade": "cliente"},
        "additional_attributes": {"city": "Belo Horizonte"},
        "created_at": 1781701267,
        "labels": ["zattar", "VIP"],
        "contact_inboxes": [{"source_id": "zattar:cliente:1842", "inbox": {"id": 12}}],
    }
    joao = {
        "id": JOAO_ID,
        "name": "João Pereira",
        "phone_number": "+5511998877665",
        "custom_attributes": {"origem": "site", "tipo_entidade": ""},
        "contact_inboxes": [{"source_id": "joao-1", "inbox": {"id": 12}}],
    }
    account = {
        "host": HOST,
        "account_id": 7,
        "api_key": ADMIN,
        "integration_user_id": 90,
        "bot_keys": [BOT],
        "webhooks": [
            {"id": 1, "secret": SECRET, "subscriptions": ["contact_created", "contact_updated", "message_updated"]}
        ],
        "inboxes": [
            {**INBOX, "secret": "inbox-secret", "hmac_token": "hmac-key"},
            {"id": 13, "name": "E-mail", "channel_type": "Channel::Email"},
        ],
        "agents": [{"id": 31, "name": "Beatriz", "email": "beatriz@zattar.example", "api_key": AGENT}],
        "contacts": [maria, joao, {"id": HIDDEN_ID, "name": "snowy-sun-611"}],
        "conversations": [{"id": 873, "inbox_id": 12, "status": "open", "meta": {"sender": {"id": JOAO_ID}}}],
        "messages": [dict(SENT_BY_JOAO)],
    }
    second = {"host": HOST, "account_id": 8, "api_key": STRANGER, "integration_user_id": 91}
    elsewhere = {"host": OTHER_HOST, "account_id": 7, "api_key": "other", "integration_user_id": 90}
    configuracao = {"api_url": f"https://{HOST}", "api_key": ADMIN, "account_id": 7}
    row = {"tipo": "chatwoot", "nome": "Atendimento", "configuracao": configuracao}
    tenant = {
        "tenant": "escritorio",
        "supabase_host": "escritorio.supabase.co",
        "service_key": "service-key",
        "webhook_secret": "database-secret",
        "tables": {"integracoes": [row]},
    }
    return {"chatwoot": {"accounts": [account, second, elsewhere]}, "zattar": {"tenants": [tenant]}}


class Office:
    """The fake, as our code reaches it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._hosts = TenantHosts(Way(sandbox.urls["egress"], "OnTest"))

    def ask(self, call: ApiCall, token: str = ADMIN, account_id: int = 7, host: str = HOST) -> Outcome:
        client = ChatwootClient(self._hosts.sender(host))
        return client.call(Account(host, account_id, token), call, timeout_seconds=5)

    def read(self, call: ApiCall, token: str = ADMIN) -> dict[str, Any]:
        outcome = self.ask(call, token)
        assert isinstance(outcome, Succeeded), outcome
        return dict(outcome.result)

    def contact(self, contact_id: int) -> values.Contact:
        found = values.contact_of(self.read(requests.get_contact(contact_id)))
        assert found is not None
        return found

    def posts(self) -> list[events.Event]:
        """What was posted so far, each proved and read as our door does it."""
        assert self.sandbox.providers.deliveries.wait(10)
        found = []
        for post in self.sandbox.webhooks:
            assert post.path == "/webhooks/chatwoot/escritorio"
            signatures.verify(post.body, post.headers, [SECRET], self.sandbox.clock.ms / 1000)
            found.append(events.parse(post.body))
        self.sandbox.webhooks.clear()
        return found
