"""Rows as PostgREST and database webhooks give them, read into values. Untrusted: nothing here raises.

The three people tables differ in two names: nome_social_fantasia is nome_fantasia in terceiros, and only terceiros have
tipo_parte and polo. Any column may be missing or of another type; then it counts as NULL. Only the id is needed.
"""

import re
from collections.abc import Mapping
from typing import Any

from ponte.zattar import documents
from ponte.zattar.values import Integration, Person, PhonePair, Tipo, TipoPessoa

MAX_ID = 2**63 - 1
MAX_EMAILS = 50
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ID = re.compile(r"[0-9]{1,19}")
_TIMESTAMP = re.compile(r"[0-9T:. +\-Z]{1,40}")


def person(tipo: Tipo, row: Any) -> Person | None:
    """A row of the tipo's table, its address embedded as `endereco` where it was asked for; None without an id."""
    number = row_id(row)
    if number is None:
        return None
    kind = pessoa(row)
    document = documents.cnpj(text(row, "cnpj")) if kind == "pj" else documents.cpf(text(row, "cpf"))
    address = row.get("endereco")
    mails, plain = emails(row.get("emails"))
    is_terceiro = tipo is Tipo.TERCEIRO
    return Person(
        tipo=tipo,
        id=number,
        tipo_pessoa=kind,
        nome=text(row, "nome"),
        nome_fantasia=text(row, "nome_fantasia" if is_terceiro else "nome_social_fantasia"),
        documento=document,
        emails=mails,
        emails_are_plain=plain,
        celular=PhonePair(text(row, "ddd_celular"), text(row, "numero_celular")),
        residencial=PhonePair(text(row, "ddd_residencial"), text(row, "numero_residencial")),
        comercial=PhonePair(text(row, "ddd_comercial"), text(row, "numero_comercial")),
        endereco_id=integer(row.get("endereco_id")),
        municipio=text(address, "municipio"),
        estado_sigla=text(address, "estado_sigla"),
        ativo=flag(row, "ativo"),
        situacao_pje=text(row, "situacao_pje"),
        tipo_parte=text(row, "tipo_parte") if is_terceiro else "",
        polo=text(row, "polo") if is_terceiro else "",
        created_at=timestamp(row, "created_at"),
        updated_at=timestamp(row, "updated_at"),
    )


def integration(row: Any) -> Integration | None:
    """A row of integracoes; None without a uuid or a tipo. What configuracao must hold is its tipo's affair."""
    number, tipo = uuid(row), text(row, "tipo")
    if not number or not tipo:
        return None
    return Integration(
        id=number,
        tipo=tipo,
        nome=text(row, "nome"),
        descricao=text(row, "descricao"),
        ativo=flag(row, "ativo") is True,
        configuracao=mapping(row, "configuracao"),
        metadata=mapping(row, "metadata"),
        created_at=timestamp(row, "created_at"),
        updated_at=timestamp(row, "updated_at"),
        created_by_auth_id=uuid(row, "created_by_auth_id"),
        updated_by_auth_id=uuid(row, "updated_by_auth_id"),
    )


def emails(node: Any) -> tuple[tuple[str, ...], bool]:
    """The e-mails of a jsonb column and whether they are all it holds: an array of strings, or NULL."""
    if node is None:
        return (), True
    if not isinstance(node, list):
        return (), False
    found = tuple(_clean(each) for each in node if isinstance(each, str))
    return found[:MAX_EMAILS], len(found) == len(node) <= MAX_EMAILS


def pessoa(row: Any) -> TipoPessoa:
    match text(row, "tipo_pessoa"):
        case "pf":
            return "pf"
        case "pj":
            return "pj"
        case _:
            return ""


def row_id(row: Any) -> int | None:
    """The row's own id: a bigint above 0."""
    return integer(row.get("id")) if isinstance(row, Mapping) else None


def integer(node: Any) -> int | None:
    """A whole number from 1 to 2**63-1, also written as ASCII digits; None for anything else."""
    if isinstance(node, str) and _ID.fullmatch(node):
        node = int(node)
    return node if isinstance(node, int) and not isinstance(node, bool) and 0 < node <= MAX_ID else None


def text(row: Any, key: str) -> str:
    value = row.get(key) if isinstance(row, Mapping) else None
    return _clean(value) if isinstance(value, str) else ""


def timestamp(row: Any, key: str) -> str:
    """A timestamptz as it is written, "" for anything that cannot be one."""
    value = text(row, key)
    return value if _TIMESTAMP.fullmatch(value) else ""


def uuid(row: Any, key: str = "id") -> str:
    value = text(row, key).lower()
    return value if _UUID.fullmatch(value) else ""


def flag(row: Any, key: str) -> bool | None:
    value = row.get(key) if isinstance(row, Mapping) else None
    return value if isinstance(value, bool) else None


def mapping(row: Any, key: str) -> Mapping[str, Any]:
    value = row.get(key) if isinstance(row, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _clean(value: str) -> str:
    """Without control characters; a lone surrogate, which JSON can carry and UTF-8 cannot, becomes U+FFFD."""
    if value.isprintable():
        return value
    return _UNPRINTABLE.sub(lambda found: "\ufffd" if found[0] >= "\ud800" else "", value)
