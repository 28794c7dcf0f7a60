"""The office part of a scenario as Core items: read back with the classes that the functions read them with."""

from typing import Any, cast

import pytest

from ponte.people.shared import Shown
from ponte.storage.conversas import Conversas
from ponte.storage.grants import Cipher
from ponte.storage.links import link_of
from ponte.storage.mensagens import Mensagens
from ponte.storage.offices import Office, Offices
from ponte.storage.table import Item, Put, Table
from sandbox.memory.table import MemoryTable
from sandbox.office_seed import office_items
from sandbox.office_talk import conversa_rows, mensagem_rows, shown
from sandbox.scenario import Scenario, load
from sandbox.shapes import Refused

NOW_MS = 1_795_000_000_000
HOST, ACCOUNT, KEY = "chat.zattar.example", 7, "api-key-of-the-office"
ROW = {
    "id": "0d9c7c7e-5a0e-4b57-9b1c-0c8a1f0a7d11",
    "tipo": "chatwoot",
    "nome": "Atendimento",
    "ativo": True,
    "configuracao": {"api_url": f"https://{HOST}", "api_key": KEY, "account_id": ACCOUNT, "default_inbox_id": 12},
}
SIGNED = {"id": 1, "secret": "whsec-1", "subscriptions": ["contact_updated"]}
UNSIGNED = {"id": 2, "secret": None, "subscriptions": ["contact_updated"]}
BASE = {
    "nome": "MARIA DA SILVA",
    "email": "Maria@Exemplo.com.br",
    "telefone": "+5531988776655",
    "identifier": "zattar_cliente_7",
    "labels": ["zattar", "vip"],
    "custom_attributes": {"entidade_id": 7, "cor": "azul"},
}


class Reversing:
    """A cipher whose context can be seen, and must be the same on the way back."""

    def encrypt(self, text: str, context: dict[str, str]) -> bytes:
        return f"{context['tenant']}/{context['field']}/{text[::-1]}".encode()

    def decrypt(self, data: bytes, context: dict[str, str]) -> str:
        return data.decode().removeprefix(f"{context['tenant']}/{context['field']}/")[::-1]


class Kept:
    """A table of seeded items, to be read only."""

    def __init__(self, items: list[Item]) -> None:
        self._items = {(item["pk"], item["sk"]): item for item in items}

    def get(self, pk: str, sk: str) -> Item | None:
        return self._items.get((pk, sk))


class Clock:
    def now_ms(self) -> int:
        return NOW_MS


def scenario(rows: list[dict[str, Any]], webhooks: list[dict[str, Any]] | None = None, **tenant: Any) -> Scenario:
    account = {
        "host": HOST,
        "account_id": ACCOUNT,
        "api_key": KEY,
        "integration_user_id": 3,
        "webhooks": webhooks if webhooks is not None else [SIGNED],
        "inboxes": [{"id": 12, "name": "Site", "channel_type": "Channel::Api", "secret": "whsec-inbox"}],
    }
    office = {
        "tenant": "zattar-advogados",
        "supabase_host": "abcdefghijklmnop.supabase.co",
        "service_key": "service-key",
        "webhook_secret": "database-secret",
        "path_secret": "path-secret-of-at-least-32-characters",
        "tables": {"integracoes": rows},
        **tenant,
    }
    return load({"chatwoot": {"accounts": [account]}, "zattar": {"tenants": [office]}}, NOW_MS / 1000)


def seeded(*rows: dict[str, Any], **given: Any) -> list[Item]:
    return office_items(scenario(list(rows), **given), Reversing(), NOW_MS)


def office(items: list[Item]) -> Office:
    found = Offices(cast(Table, Kept(items)), cast(Cipher, Reversing()), Clock()).read("zattar-advogados")
    assert found is not None
    return found


def test_a_tenant_is_an_office_with_its_database_and_its_chatwoot() -> None:
    found = office(seeded(ROW))
    assert (found.zattar.host, found.zattar.key) == ("abcdefghijklmnop.supabase.co", "service-key")
    assert found.zattar.secrets == ("database-secret",)
    assert found.chatwoot is not None
    assert (found.chatwoot.host, found.chatwoot.account_id, found.chatwoot.token) == (HOST, ACCOUNT, KEY)
    assert (found.chatwoot.inbox_id, found.chatwoot.name, found.chatwoot.row_id) == (12, "Atendimento", ROW["id"])
    assert found.chatwoot.secrets == ("whsec-1", "whsec-inbox")


def test_its_users_tokens_lead_to_it_by_the_host_of_its_project() -> None:
    offices = Offices(cast(Table, Kept(seeded(ROW))), cast(Cipher, Reversing()), Clock())
    found = offices.by_host("abcdefghijklmnop.supabase.co")
    assert found is not None
    assert found.tenant == "zattar-advogados"
    assert offices.by_host("other.supabase.co") is None


def test_secrets_lie_there_encrypted() -> None:
    raw = repr(seeded(ROW))
    assert not [text for text in ("service-key'", "'database-secret", KEY, "whsec-1'") if text in raw]


@pytest.mark.parametrize(
    ("webhooks", "is_open"),
    [([SIGNED], False), ([UNSIGNED], True), ([SIGNED, UNSIGNED], True), ([], True)],
    ids=["signs", "signs not", "one of each", "unknown"],
)
def test_the_secret_in_the_address_opens_only_where_something_is_sent_unsigned(
    webhooks: list[dict[str, Any]], is_open: bool
) -> None:
    found = office(seeded(ROW, webhooks=webhooks)).chatwoot
    assert found is not None
    assert found.path_secrets == (("path-secret-of-at-least-32-characters",) if is_open else ())


@pytest.mark.parametrize(
    "row",
    [
        ROW | {"ativo": False},
        ROW | {"tipo": "dyte"},
        ROW | {"configuracao": {}},
        ROW | {"configuracao": {"api_url": "chat", "account_id": 7, "api_key": KEY}},
    ],
    ids=["inactive", "another system's", "empty", "no address"],
)
def test_without_a_usable_row_the_office_has_no_chatwoot(row: dict[str, Any]) -> None:
    assert office(seeded(row)).chatwoot is None


def test_the_first_active_row_counts() -> None:
    second = ROW | {"id": "0d9c7c7e-5a0e-4b57-9b1c-0c8a1f0a7d12", "nome": "Segunda"}
    first = ROW | {"id": "0d9c7c7e-5a0e-4b57-9b1c-0c8a1f0a7d10", "nome": "Desligada", "ativo": False}
    found = office(seeded(first, ROW, second)).chatwoot
    assert found is not None
    assert found.name == "Atendimento"


@pytest.mark.parametrize(
    ("told", "base"),
    [
        ({}, None),
        (
            {"dados_sincronizados": BASE},
            Shown(
                "MARIA DA SILVA",
                "maria@exemplo.com.br",
                "+5531988776655",
                frozenset({"zattar"}),
                {"entidade_id": 7},
            ),
        ),
    ],
    ids=["no base", "base"],
)
def test_a_mapping_is_a_link_that_both_sides_find(told: dict[str, Any], base: Shown | None) -> None:
    mapping = {"tipo_entidade": "cliente", "entidade_id": 7, "chatwoot_contact_id": 42, "chatwoot_account_id": ACCOUNT}
    items = seeded(ROW, partes_chatwoot=[mapping | told])
    (link,) = [link_of(item) for item in items if item["sk"] == "LINK"]
    assert (link.tipo, link.entity_id, link.contact_id, link.base, link.synced) == ("cliente", 7, 42, base, True)
    (pointer,) = [item for item in items if item["sk"] == "UQ" and "entity_id" in item]
    assert (pointer["tipo"], pointer["entity_id"]) == ("cliente", 7)


def test_a_scenario_without_offices_seeds_none() -> None:
    assert office_items(load({}, NOW_MS / 1000), Reversing(), NOW_MS) == []


TALK = {"chatwoot_conversation_id": 873, "chatwoot_account_id": ACCOUNT}
CONVERSA = {
    **TALK,
    "tipo_entidade": "cliente",
    "entidade_id": 7,
    "status": "on_hold",
    "chatwoot_status": "snoozed",
    "usuario_id": 4,
    "mensagens_nao_lidas": 1,
    "updated_at": 1_781_701_602.551873,
}
MENSAGENS = [
    {**TALK, "chatwoot_message_id": 1, "tipo": "cliente", "conteudo": "x" * 150_000, "criado_em": 1_781_701_268},
    {**TALK, "chatwoot_message_id": 2, "tipo": "nota_interna", "conteudo": "nós"},
]
LOGIN = "11111111-1111-4111-8111-111111111111"


def talking() -> Scenario:
    usuario = {"id": 4, "nome_completo": "Ana", "nome_exibicao": "Ana", "cpf": "1", "email_corporativo": "a@b.example"}
    mapped = {"tipo_entidade": "cliente", "entidade_id": 7, "chatwoot_contact_id": 5012, "chatwoot_account_id": ACCOUNT}
    agent = {"usuario_id": LOGIN, "chatwoot_agent_id": 31, "chatwoot_account_id": ACCOUNT}
    tables = {"usuarios": [{**usuario, "auth_user_id": LOGIN}], "usuarios_chatwoot": [agent]}
    rows = {"conversas_chatwoot": [CONVERSA], "mensagens": MENSAGENS, "partes_chatwoot": [mapped]}
    return scenario([], tables=tables, **rows)


def test_conversations_and_messages_are_our_own_store_and_show_as_they_were_put() -> None:
    (tenant,) = talking()["zattar"]["tenants"]
    table = MemoryTable()
    for item in (*conversa_rows(tenant, NOW_MS), *mensagem_rows(tenant, NOW_MS)):
        table.write(Put(item))
    conversa = Conversas(table).read("zattar-advogados", ACCOUNT, 873)
    assert conversa is not None
    assert (conversa.contact_id, conversa.assignee_id, conversa.status) == (5012, 31, "snoozed")
    assert [one.number for one in Conversas(table).of_user("zattar-advogados", 4, "on_hold").conversas] == [873]
    said = Mensagens(table).page("zattar-advogados", ACCOUNT, 873).mensagens
    assert [(one.tipo, one.direcao, len(one.conteudo)) for one in said] == [
        ("cliente", "entrada", 150_000),
        ("nota_interna", "interna", 3),
    ]
    live = shown(table.items())["zattar-advogados"]
    assert CONVERSA.items() <= (live["conversas_chatwoot"][0] | {"updated_at": CONVERSA["updated_at"]}).items()
    assert [one["conteudo"] for one in live["mensagens"]] == [one["conteudo"] for one in MENSAGENS]
    again = load({"chatwoot": {"accounts": []}, "zattar": {"tenants": [{**tenant, **live}]}}, NOW_MS / 1000)
    assert conversa_rows(again["zattar"]["tenants"][0], NOW_MS)[0]["status"] == "snoozed"


@pytest.mark.parametrize(
    ("part", "row", "path"),
    [
        ("conversas_chatwoot", {**CONVERSA, "status": "pending"}, "status"),
        ("conversas_chatwoot", {**CONVERSA, "foo": 1}, "foo"),
        ("mensagens", {**MENSAGENS[1], "tipo": "robo"}, "tipo"),
    ],
)
def test_rows_of_another_shape_are_refused_with_their_path(part: str, row: dict[str, Any], path: str) -> None:
    with pytest.raises(Refused) as refused:
        scenario([], **{part: [row]})
    assert refused.value.path == f"zattar.tenants[0].{part}[0].{path}"
