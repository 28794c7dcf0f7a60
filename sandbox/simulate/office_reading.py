"""How a judge reads a row of Zattar and a contact of Chatwoot: by rules of its own, as a person would compare them.

Nothing here comes from Ponte: what is wrong there must not look right here.
"""

import re
import unicodedata
from typing import Any

type Row = dict[str, Any]

PARTS = {"testemunha", "perito", "assistente"}
ROLES = {"clientes": "cliente", "partes_contrarias": "parte_contraria", "terceiros": "terceiro"}
KINDS = {"pf": "pessoa_fisica", "pj": "pessoa_juridica"}
OURS = {"zattar", "ministerio_publico", *ROLES.values(), *KINDS.values(), *PARTS}
ATTRIBUTES = ("sistema_origem", "tipo_entidade", "entidade_id", "tipo_pessoa", "nome_fantasia")
FIELDS = ("name", "email", "phone")


def plain(name: str) -> str:
    """Capitals without accents."""
    letters = unicodedata.normalize("NFKD", name)
    return " ".join("".join(one for one in letters if not unicodedata.combining(one)).upper().split())


def email_of(row: Row) -> str:
    emails = row.get("emails") or []
    return str(emails[0]).strip().lower() if emails else ""


def phone_of(row: Row) -> str:
    """ "+55.." of the mobile, else of the business phone; the town writes Brazilian ones only."""
    for pair in ("celular", "comercial"):
        area = re.sub("[^0-9]", "", row.get(f"ddd_{pair}") or "").lstrip("0")
        number = re.sub("[^0-9]", "", row.get(f"numero_{pair}") or "")
        number = number.removeprefix("55") if len(number) > 11 else number
        number = number.removeprefix(area) if len(number) > 9 else number
        if area and number:
            return f"+55{area}{number}"
    return ""


def line(phone: str) -> str:
    """One word for a telephone line, with or without its ninth digit."""
    found = re.fullmatch(r"\+55([0-9]{2})9?([0-9]{8})", phone)
    return f"{found[1]} {found[2]}" if found else phone


def labels_of(table: str, row: Row) -> set[str]:
    found = {"zattar", ROLES[table], KINDS[row["tipo_pessoa"]]}
    part = plain(row.get("tipo_parte") or "").lower()
    return found | ({part} & PARTS)


def attributes_of(table: str, row: Row) -> Row:
    trade = row.get("nome_fantasia") if table == "terceiros" else row.get("nome_social_fantasia")
    return {
        "sistema_origem": "zattar",
        "tipo_entidade": ROLES[table],
        "entidade_id": row["id"],
        "tipo_pessoa": row["tipo_pessoa"],
        "nome_fantasia": trade or None,
    }


def row_shows(row: Row) -> dict[str, str]:
    """Comparable: {name, email, phone}."""
    return {"name": plain(row["nome"]), "email": email_of(row), "phone": line(phone_of(row))}


def contact_shows(contact: Row) -> dict[str, str]:
    return {
        "name": plain(contact.get("name") or ""),
        "email": (contact.get("email") or "").lower(),
        "phone": line(contact.get("phone_number") or ""),
    }
