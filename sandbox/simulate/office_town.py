"""The offices of a history: people in Zattar's three tables, contacts in Chatwoot, who is linked with whom already.

Ids are the same in every office, names, e-mails and area codes are each office's own: whatever shows elsewhere has
crossed from one office to another.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

from ponte.zattar.values import Tipo
from sandbox.simulate.office_reading import email_of, labels_of, phone_of, plain

TABLES = {tipo.table: tipo.value for tipo in Tipo}
SECRET, PATH_SECRET, DATABASE_SECRET = "signing-secret", "path-secret", "database-secret"
SUBSCRIPTIONS = ["contact_created", "contact_updated", "message_updated"]
AREAS = ("11", "21")
FIRST_NAMES = ("Maria", "João", "Ana Lúcia", "Zé", "Conceição", "André", "Íris", "O'Hara")
LAST_NAMES = ("da Silva", "Duarte", "Prado", "Araújo", "Müller", "Gonçalves")
PARTS = ("TESTEMUNHA", "Perito", "ASSISTENTE", "Outro")

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Values:
    """Draws what people write, each value another one. area: of the office's phones. mark: in all its names."""

    rng: Random
    tenant: str
    mark: str
    area: str

    @property
    def person_mark(self) -> str:
        """What all its names have, folded."""
        return f" {self.mark.casefold()}"

    def name(self) -> str:
        rng = self.rng
        return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)} {self.mark}{self.serial()}"

    def email(self) -> str:
        return f"p{self.serial()}@{self.tenant}.example"

    def mobile(self) -> str:
        """Nine digits, the national number."""
        return f"9{self.rng.choice('6789')}{self.rng.randrange(10**7):07d}"

    def pair(self, number: str) -> tuple[str, str]:
        """A national number as people write it into two columns: anyhow."""
        rng, short = self.rng, number[1:] if len(number) == 9 and self.rng.random() < 0.2 else number
        dashed = f"{short[:-4]}-{short[-4:]}"
        written = rng.choice(
            (short, dashed, dashed.replace("-", " "), f"({self.area}) {dashed}", f"55{self.area}{short}")
        )
        return rng.choice((self.area, f"0{self.area}", f"({self.area})")), written

    def international(self, number: str) -> str:
        """As Chatwoot holds it, sometimes without the ninth digit."""
        return f"+55{self.area}{number[1:] if len(number) == 9 and self.rng.random() < 0.2 else number}"

    def serial(self) -> int:
        return self.rng.randrange(10**6)


@dataclass(frozen=True, slots=True)
class OfficeTown:
    """scenario: as sandbox/scenario.py loads it. values: of each tenant, in order."""

    scenario: dict[str, Any]
    values: tuple[Values, ...]


def draw(rng: Random) -> OfficeTown:
    """One or two offices with two to four people each, and some contacts who are nobody's."""
    accounts, tenants, values = [], [], []
    for at in range(rng.choice((1, 1, 2))):
        drawn = Values(rng, f"escritorio-{'ab'[at]}", ("Alfa", "Beta")[at], AREAS[at])
        account, tenant = _office(rng, drawn, at)
        accounts.append(account)
        tenants.append(tenant)
        values.append(drawn)
    return OfficeTown({"timing": {}, "chatwoot": {"accounts": accounts}, "zattar": {"tenants": tenants}}, tuple(values))


def _office(rng: Random, values: Values, at: int) -> tuple[Row, Row]:
    host, account_id = f"chat{at}.escritorio.example", 7
    tables: dict[str, list[Row]] = {table: [] for table in TABLES}
    contacts: list[Row] = []
    mappings: list[Row] = []
    for n in range(rng.randint(2, 4)):
        table = rng.choice(list(TABLES))
        row = person(rng, values, table)
        row["id"] = len(tables[table]) + 1
        tables[table].append(row)
        if rng.random() < 0.5:
            contacts.append(_twin(rng, table, row, 4_000 + n))
            mappings.append(_mapping(table, row, contacts[-1], account_id))
    contacts += [_stranger(rng, values, tables, 5_000 + n) for n in range(rng.randint(0, 3))]
    signs = rng.random() < 0.85
    account: Row = {
        "host": host,
        "account_id": account_id,
        "api_key": f"api-key-{at}",
        "integration_user_id": 90,
        "version": "4.15.0" if signs else "4.10.0",
        "webhooks": [{"id": 1, "secret": f"{SECRET}-{at}" if signs else None, "subscriptions": SUBSCRIPTIONS}],
        "inboxes": [{"id": 12, "name": "Portal", "channel_type": "Channel::Api", "inbox_identifier": f"portal{at}"}],
        "contacts": _without_twice(contacts),
        "conversations": [],
        "messages": _messages(rng, contacts),
    }
    settings: Row = {"api_url": f"https://{host}", "api_key": f"api-key-{at}", "account_id": account_id}
    if rng.random() < 0.5:
        settings["default_inbox_id"] = 12
    row = {"tipo": "chatwoot", "nome": "Atendimento", "configuracao": settings}
    there = {contact["id"] for contact in account["contacts"]}
    tenant = {
        "tenant": values.tenant,
        "supabase_host": f"escritorio{at}.supabase.co",
        "service_key": f"service-key-{at}",
        "webhook_secret": f"{DATABASE_SECRET}-{at}",
        "path_secret": f"{PATH_SECRET}-{at}",
        "tables": {**tables, "integracoes": [row]},
        "partes_chatwoot": [one for one in mappings if one["chatwoot_contact_id"] in there],
    }
    return account, tenant


def person(rng: Random, values: Values, table: str) -> Row:
    """A row as somebody enters it: some without phone or e-mail, phones in any writing."""
    row: Row = {"tipo_pessoa": rng.choice(("pf", "pf", "pj")), "nome": values.name(), "emails": []}
    if table == "terceiros":
        row |= {"tipo_parte": rng.choice(PARTS), "polo": "ATIVO"}
    if rng.random() < 0.75:
        row["emails"] = [values.email()]
        if rng.random() < 0.3:
            row["emails"].append(values.email())
    if rng.random() < 0.75:
        pair = "celular" if rng.random() < 0.8 else "comercial"
        number = values.mobile() if pair == "celular" else f"3{rng.randrange(10**7):07d}"
        row[f"ddd_{pair}"], row[f"numero_{pair}"] = values.pair(number)
    return row


def _twin(rng: Random, table: str, row: Row, contact_id: int) -> Row:
    """The contact of somebody who is in step."""

    shown = {
        "sistema_origem": "zattar",
        "tipo_entidade": TABLES[table],
        "entidade_id": row["id"],
        "tipo_pessoa": row["tipo_pessoa"],
    }
    return {
        "id": contact_id,
        "name": plain(row["nome"]),
        "email": email_of(row) or None,
        "phone_number": phone_of(row) or None,
        "identifier": f"zattar_{TABLES[table]}_{row['id']}",
        "custom_attributes": {**shown, **({"origem": "site"} if rng.random() < 0.3 else {})},
        "labels": sorted(labels_of(table, row)) + (["VIP"] if rng.random() < 0.4 else []),
    }


def _mapping(table: str, row: Row, contact: Row, account_id: int) -> Row:
    ours = [label for label in contact["labels"] if label != "VIP"]
    attributes = {key: value for key, value in contact["custom_attributes"].items() if key != "origem"}
    base = {
        "nome": contact["name"],
        "email": contact["email"] or "",
        "telefone": contact["phone_number"] or "",
        "labels": ours,
        "custom_attributes": {**attributes, "nome_fantasia": None},
    }
    return {
        "tipo_entidade": TABLES[table],
        "entidade_id": row["id"],
        "chatwoot_contact_id": contact["id"],
        "chatwoot_account_id": account_id,
        "dados_sincronizados": base,
        "sincronizado": True,
    }


def _stranger(rng: Random, values: Values, tables: dict[str, list[Row]], contact_id: int) -> Row:
    """Somebody who wrote to the office: with a phone or an e-mail of their own, with a person's, or with none."""

    contact: Row = {"id": contact_id, "name": values.name(), "labels": ["lead"] if rng.random() < 0.5 else []}
    kind = rng.random()
    people = [row for rows in tables.values() for row in rows]
    if kind < 0.35:
        like = rng.choice(people)
        by_phone = rng.random() < 0.5
        found = phone_of(like) if by_phone else email_of(like)
        contact["phone_number" if by_phone else "email"] = found or None
    elif kind < 0.8:
        contact["phone_number"] = values.international(values.mobile())
        if rng.random() < 0.5:
            contact["email"] = values.email()
    if rng.random() < 0.15:
        contact["identifier"] = f"crm-{contact_id}"
    return contact


def _without_twice(contacts: list[Row]) -> list[Row]:
    """No two with one e-mail or phone: the account would not hold them."""
    kept: list[Row] = []
    for contact in contacts:
        if not any(
            contact.get(name) and contact[name] == one.get(name) for one in kept for name in ("email", "phone_number")
        ):
            kept.append(contact)
    return kept


def _messages(rng: Random, contacts: list[Row]) -> list[Row]:
    """What some contacts wrote before, of which a merge tells one by one."""
    return [
        {"id": 9_000 + n, "conversation_id": 800 + n, "message_type": 0, "content": "Olá", "created_at": 1_790_000_000}
        | {"sender": {"id": contact["id"], "type": "contact"}}
        for n, contact in enumerate(contacts)
        if rng.random() < 0.3
    ]
