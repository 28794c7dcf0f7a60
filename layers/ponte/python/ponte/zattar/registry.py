"""What we ask of Zattar's other tables: the integrations, and the mapping that Zattar itself keeps (the mirror).

The mirror is written only where a tenant asked for it; the bridge's own mapping is the one that counts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ponte.zattar import filters
from ponte.zattar.filters import Param
from ponte.zattar.rest import MAX_ROWS, RestCall
from ponte.zattar.values import Tipo

INTEGRATION_COLUMNS = (
    *("id", "tipo", "nome", "descricao", "ativo", "configuracao", "metadata", "created_at", "updated_at"),
    *("created_by_auth_id", "updated_by_auth_id"),
)
_INTEGRATION_WRITABLE = frozenset({"nome", "descricao", "ativo", "configuracao", "metadata", "updated_by_auth_id"})


def integrations(tipo: str = "", *, only_active: bool = True) -> RestCall:
    """Rows of integracoes, oldest first, so that "the first active one" is always the same: `answers.integrations`."""
    params: list[Param] = [("select", ",".join(INTEGRATION_COLUMNS))]
    params += [filters.eq("tipo", tipo)] if tipo else []
    params += [filters.is_true("ativo")] if only_active else []
    params.append(("order", "created_at.asc,id.asc"))
    return RestCall("GET", "integracoes", tuple(params), rows=(0, MAX_ROWS - 1))


def integration(integration_id: str) -> RestCall:
    """One row, active or not."""
    params = (("select", ",".join(INTEGRATION_COLUMNS)), filters.eq("id", integration_id))
    return RestCall("GET", "integracoes", params, rows=(0, 0))


def update_integration(integration_id: str, updated_at: str, changes: Mapping[str, Any]) -> RestCall:
    """Change a row that is as it was read; none comes back when it is not. Raises ValueError for other columns."""
    if not changes or not _INTEGRATION_WRITABLE.issuperset(changes):
        raise ValueError("changes")
    params = (
        ("select", ",".join(INTEGRATION_COLUMNS)),
        filters.eq("id", integration_id),
        filters.eq("updated_at", updated_at),
    )
    return RestCall("PATCH", "integracoes", params, body=dict(changes), prefer=("return=representation",))


def put_integration(tipo: str, nome: str, values: Mapping[str, Any]) -> RestCall:
    """Make the row, or change the one with this tipo and nome. Raises ValueError for columns of another's making."""
    if not _INTEGRATION_WRITABLE.issuperset(values):
        raise ValueError("values")
    row = {**values, "tipo": tipo, "nome": nome}
    return upsert("integracoes", (row,), ("tipo", "nome"), INTEGRATION_COLUMNS)


MAPPING_COLUMNS = (
    *("id", "tipo_entidade", "entidade_id", "chatwoot_contact_id", "chatwoot_account_id", "ultima_sincronizacao"),
    *("dados_sincronizados", "sincronizado", "erro_sincronizacao", "created_at", "updated_at"),
)


def mirror_mapping(row: Mapping[str, Any]) -> RestCall:
    """Put a mapping into partes_chatwoot; one row per person. A 409 here means that the contact is another person's:
    see `errors.violated_key`."""
    return upsert("partes_chatwoot", (row,), ("tipo_entidade", "entidade_id"), MAPPING_COLUMNS)


def mapping(tipo: Tipo, person_id: int) -> RestCall:
    """The mapping that Zattar's own table holds for a person, if any."""
    params = (
        ("select", ",".join(MAPPING_COLUMNS)),
        filters.eq("tipo_entidade", tipo),
        filters.eq("entidade_id", person_id),
    )
    return RestCall("GET", "partes_chatwoot", params, rows=(0, 0))


def unsynced_mappings(after_id: int = 0, size: int = 50) -> RestCall:
    """Mappings marked sincronizado=false, by id. An empty page is the end."""
    if not 0 < size <= MAX_ROWS:
        raise ValueError("size")
    params = (
        ("select", ",".join(MAPPING_COLUMNS)),
        filters.is_false("sincronizado"),
        ("id", f"gt.{after_id}"),
        ("order", "id.asc"),
    )
    return RestCall("GET", "partes_chatwoot", params, rows=(0, size - 1))


def upsert(
    table: str, rows: Sequence[Mapping[str, Any]], on_conflict: Sequence[str], columns: Sequence[str]
) -> RestCall:
    """Insert rows or change those that are there; columns left out keep their value. All rows have the same keys.

    on_conflict: the columns of a unique constraint or index that is not partial. columns: what comes back. Never an
    `id` among the keys of a table with an identity column: PostgreSQL refuses it. Harmless to repeat.
    Raises ValueError for rows with unequal keys, or more than MAX_ROWS.
    """
    if not 0 < len(rows) <= MAX_ROWS or any(set(row) != set(rows[0]) for row in rows):
        raise ValueError("rows")
    return RestCall(
        "POST",
        table,
        (("on_conflict", ",".join(on_conflict)), ("select", ",".join(columns))),
        body=[dict(row) for row in rows],
        prefer=("resolution=merge-duplicates", "return=representation"),
    )
