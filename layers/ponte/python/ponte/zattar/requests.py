"""What we ask of Zattar's people tables through PostgREST, as values. Other tables: `registry`.

A `RestCall` holds no secret, so that effects and retries may carry it. Columns are always named: a select of * would
bring in columns that other releases add, and personal data that nobody asked for. Answers are classified by `errors`
and read by `answers`.

Source: docs.postgrest.org, v13 (read 2026-11-25); Supabase caps every answer at 1000 rows, silently.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from ponte.zattar import documents, filters
from ponte.zattar.filters import Param
from ponte.zattar.rest import MAX_ROWS, RestCall
from ponte.zattar.values import Person, Position, Tipo

MAX_IDS = 100  # in one in.(...): keeps addresses far under 8 KB

type Slot = Literal["celular", "residencial", "comercial"]

_PHONES = tuple(f"{part}_{slot}" for slot in ("celular", "residencial", "comercial") for part in ("ddd", "numero"))
_ADDRESS = "endereco:enderecos(id,municipio,estado_sigla)"
_SHARED = ("id", "tipo_pessoa", "nome", "cpf", "cnpj", "emails", *_PHONES, "situacao_pje", "ativo", "endereco_id")
WRITABLE = frozenset({"emails", *_PHONES})
"""The only columns of people that the bridge may write: those which Chatwoot shares authority over."""


def person_columns(tipo: Tipo) -> tuple[str, ...]:
    """The columns that `rows.person` reads; the timestamps come last."""
    own = ("nome_fantasia", "tipo_parte", "polo") if tipo is Tipo.TERCEIRO else ("nome_social_fantasia",)
    return (*_SHARED, *own, "created_at", "updated_at")


def person(tipo: Tipo, person_id: int) -> RestCall:
    """One person with their address; no row when there is none. Read by `answers.people`."""
    return _people(tipo, (filters.eq("id", person_id),), 1)


def people(tipo: Tipo, ids: Sequence[int]) -> RestCall:
    """Several at once, in no order. Raises ValueError for more than MAX_IDS or none."""
    if not 0 < len(ids) <= MAX_IDS:
        raise ValueError("ids")
    return _people(tipo, (filters.one_of("id", ids),), len(ids))


def people_page(
    tipo: Tipo, after: Position | None = None, *, since: str = "", only_active: bool = False, size: int = 50
) -> RestCall:
    """The next rows in order of (updated_at, id), for reconciling and backfill. Rows without updated_at come first.

    after: `answers.PeoplePage.position` of the page before. since: an updated_at to begin at (inclusive) where there
    is no `after`. An empty page is the end; a short one is not, since projects may cap answers lower than `size`.
    A row that changes meanwhile moves to the end and comes again; none is left out. A transaction that commits late
    carries the time it began at, so whoever reconciles begins some minutes before the last end. Raises ValueError
    unless 0 < size <= MAX_ROWS.
    """
    if not 0 < size <= MAX_ROWS:
        raise ValueError("size")
    params: list[Param] = [filters.is_true("ativo")] if only_active else []
    if after is not None:
        params.append(_beyond(after))
    elif since:
        params.append(filters.gte("updated_at", since))
    params.append(("order", "updated_at.asc.nullsfirst,id.asc"))
    return _people(tipo, params, size)


def _beyond(after: Position) -> Param:
    if not after.updated_at:
        same = filters.all_of(filters.null_condition("updated_at"), filters.condition("id", "gt", after.id))
        return filters.any_of(same, filters.null_condition("updated_at", negated=True))
    same = filters.all_of(
        filters.condition("updated_at", "eq", after.updated_at), filters.condition("id", "gt", after.id)
    )
    return filters.any_of(filters.condition("updated_at", "gt", after.updated_at), same)


def people_with_document(tipo: Tipo, document: str, size: int = 10) -> RestCall:
    """Who has this CPF or CNPJ (plain, see `documents`), written either way. Raises ValueError for any other shape."""
    forms = documents.written_forms(document)
    if not forms:
        raise ValueError("document")
    return _people(tipo, (filters.one_of("cpf" if len(document) == 11 else "cnpj", forms),), size)


def people_with_email(tipo: Tipo, email: str, size: int = 10) -> RestCall:
    """Who has this address, as given or in lower case. Another mix of cases in the row is not found."""
    forms = dict.fromkeys((email, email.lower()))
    return _people(tipo, (filters.any_of(*(filters.contains_json("emails", [form]) for form in forms)),), size)


def people_with_phone_ending(tipo: Tipo, last_eight: str, size: int = 50) -> RestCall:
    """Who may have a phone that ends in these eight digits, whatever stands before and between its two halves.

    Finds too many (other area codes): compare each one's pairs with `people.brazilian_phones` before believing it.
    Raises ValueError unless eight ASCII digits are given: an empty ending would match everybody.
    """
    if len(last_eight) != 8:
        raise ValueError("last_eight")
    first, last = last_eight[:4], last_eight[4:]
    columns = ("numero_celular", "numero_comercial", "numero_residencial")
    return _people(tipo, (filters.any_of(*(filters.digits_anywhere(column, first, last) for column in columns)),), size)


def count_people(tipo: Tipo, *, since: str = "", only_active: bool = False) -> RestCall:
    """How many there are: `answers.total`. An exact count, without any row."""
    params: list[Param] = [("select", "id")]
    params += [filters.is_true("ativo")] if only_active else []
    params += [filters.gte("updated_at", since)] if since else []
    return RestCall("HEAD", tipo.table, tuple(params), prefer=("count=exact",))


def phone_columns(slot: Slot, ddd: str | None, numero: str | None) -> dict[str, str | None]:
    """One pair for `update_person`; None clears."""
    return {f"ddd_{slot}": ddd, f"numero_{slot}": numero}


def emails_column(emails: Iterable[str]) -> dict[str, list[str]]:
    """The whole list for `update_person`; an emptied one is []."""
    return {"emails": list(emails)}


def update_person(read: Person, changes: Mapping[str, Any]) -> RestCall:
    """Change columns of a row, only if nobody has since `read` was read: `answers.updated_person`.

    Repeating it after a lost answer changes nothing: the row's updated_at is another one by then, so read the row and
    compare. Raises ValueError for columns outside WRITABLE, no change at all, or e-mails that would lose what is no
    plain text.
    """
    if not changes or not WRITABLE.issuperset(changes):
        raise ValueError("changes")
    if "emails" in changes and not read.emails_are_plain:
        raise ValueError("emails")
    unchanged = filters.eq("updated_at", read.updated_at) if read.updated_at else filters.is_null("updated_at")
    return RestCall(
        "PATCH",
        read.tipo.table,
        (("select", _person_select(read.tipo)), filters.eq("id", read.id), unchanged),
        body=dict(changes),
        prefer=("return=representation",),
    )


def _people(tipo: Tipo, params: Iterable[Param], size: int) -> RestCall:
    return RestCall("GET", tipo.table, (("select", _person_select(tipo)), *params), rows=(0, size - 1))


def _person_select(tipo: Tipo) -> str:
    return ",".join((*person_columns(tipo), _ADDRESS))
