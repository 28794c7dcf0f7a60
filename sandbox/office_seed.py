"""The office part of a scenario as the stack's own configuration: offices with their secrets, and linked people.

Built with the functions' own storage classes. A tenant's Chatwoot is the one that its integracoes row names; what its
subscriptions sign with stands with the account.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from ponte.clock import SystemClock
from ponte.people.links import Link
from ponte.people.shared import Shown
from ponte.relays.zattar_to_chatwoot import ATTRIBUTES, OUR_LABELS
from ponte.storage.grants import Cipher
from ponte.storage.links import Links
from ponte.storage.offices import Chatwoot, Office, Offices, Zattar
from ponte.storage.table import Item, Put, Table, Write
from sandbox import scenario as given

type Row = Mapping[str, Any]


class Collected:
    """Takes the writes of a storage class instead of a table, to be sent in batches."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def transact(self, writes: object) -> None:
        for write in writes:  # type: ignore[attr-defined]
            self.write(write)

    def write(self, write: Write) -> Item:
        if not isinstance(write, Put):
            raise TypeError("a seed only puts")
        self.items.append(dict(write.item))
        return {}


def office_items(scenario: given.Scenario, cipher: Cipher, now_ms: int) -> list[Item]:
    """One office per tenant, and the links that the scenario says were made before."""
    collected = Collected()
    table = cast(Table, collected)
    offices, links = Offices(table, cipher, SystemClock()), Links(table)
    accounts = {(one["host"], one["account_id"]): one for one in _rows(scenario.get("chatwoot"), "accounts")}
    for tenant in _rows(scenario.get("zattar"), "tenants"):
        name = str(tenant["tenant"])
        zattar = Zattar(tenant["supabase_host"], tenant["service_key"], (tenant["webhook_secret"],))
        offices.put(Office(name, name, zattar, _chatwoot(tenant, accounts.get)))
        for mapping in _rows(tenant, "partes_chatwoot"):
            links.make(_link(name, mapping), now_ms)
    return collected.items


def _rows(tree: Any, name: str) -> list[dict[str, Any]]:
    """What a part of the scenario lists; nothing where the scenario has no such part."""
    return list((tree or {}).get(name) or [])


def _chatwoot(tenant: Row, account_of: Callable[[tuple[str, int]], Row | None]) -> Chatwoot | None:
    """By the first active row of tipo chatwoot, which is Zattar's own rule; None where there is none to call."""
    for row in _rows(tenant.get("tables"), "integracoes"):
        if row.get("tipo") != "chatwoot" or row.get("ativo", True) is not True:
            continue
        told: Row = row.get("configuracao") or {}
        host, account_id = urlsplit(str(told.get("api_url", ""))).netloc.lower(), told.get("account_id")
        if not host or not isinstance(account_id, int) or not told.get("api_key"):
            return None
        account = account_of((host, account_id)) or {}
        webhooks = _rows(account, "webhooks")
        signing = [str(each["secret"]) for each in [*webhooks, *_rows(account, "inboxes")] if each.get("secret")]
        is_open = bool(tenant.get("path_secret")) and (not webhooks or any(not each["secret"] for each in webhooks))
        return Chatwoot(
            host=host,
            account_id=account_id,
            token=str(told["api_key"]),
            inbox_id=int(told.get("default_inbox_id") or 0),
            inbox_identifier=str(told.get("inbox_identifier") or ""),
            secrets=tuple(dict.fromkeys(signing)),
            path_secrets=(str(tenant["path_secret"]),) if is_open else (),
            row_id=str(row.get("id", "")),
            name=str(row.get("nome", "")),
        )
    return None


def _link(tenant: str, mapping: Row) -> Link:
    """Without marks, so that the first event looks at both sides whatever they show."""
    return Link(
        tenant=tenant,
        tipo=str(mapping["tipo_entidade"]),
        entity_id=int(mapping["entidade_id"]),
        account_id=int(mapping["chatwoot_account_id"]),
        contact_id=int(mapping["chatwoot_contact_id"]),
        base=_base(mapping.get("dados_sincronizados") or {}),
        synced=bool(mapping.get("sincronizado", True)),
    )


def _base(told: Row) -> Shown | None:
    """dados_sincronizados: {nome, email, telefone, labels, custom_attributes, ..}; ours of the last two alone."""
    if not told:
        return None
    attributes: Row = told.get("custom_attributes") or {}
    return Shown(
        name=str(told.get("nome") or ""),
        email=str(told.get("email") or "").lower(),
        phone=str(told.get("telefone") or ""),
        labels=OUR_LABELS & set(_labels(told)),
        attributes={name: attributes[name] for name in ATTRIBUTES if name in attributes},
    )


def _labels(told: Row) -> Iterator[str]:
    yield from (str(label) for label in told.get("labels") or [])
