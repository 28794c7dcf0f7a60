"""/integracoes: rows of the office's own table, without their secrets: shown, changed, tried for real."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, NoReturn

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import BaseModel, ConfigDict, Field

from ponte.chatwoot import setup
from ponte.chatwoot.calls import ApiCall
from ponte.chatwoot.errors import rule_of
from ponte.outcome import Outcome, Succeeded, Transient, Unknown
from ponte.runtime.api import Api, documented, reply
from ponte.runtime.api_access import ADMIN
from ponte.runtime.api_problems import Erro, conflict, erro, invalid, not_found, of_outcome
from ponte.runtime.integrations import chatwoot_of
from ponte.runtime.office_performer import OfficeMeans
from ponte.storage.offices import Chatwoot
from ponte.zattar import answers, registry
from ponte.zattar.integrations import CHATWOOT, masked, unmasked
from ponte.zattar.rest import RestCall
from ponte.zattar.values import Integration

CALL_SECONDS = 8.0
MAX_KEYS = 50

_UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

RowId = Annotated[str, Path(pattern=_UUID, description="uuid da linha / of the row")]


class Integracao(BaseModel):
    """A row of integracoes, its secrets hidden. em_uso: whether it is the one that counts for its tipo."""

    id: str
    tipo: str
    nome: str
    descricao: str | None
    ativo: bool
    configuracao: dict[str, Any]
    em_uso: bool
    created_at: str | None
    updated_at: str | None


class Integracoes(BaseModel):
    integracoes: list[Integracao]


class MudancaDeIntegracao(BaseModel):
    """What is left out stays as it is. In configuracao a key with null is taken away, and a secret that comes back as
    it was shown is left alone. id, tipo and the rest may come along, so that what was read can be sent back."""

    model_config = ConfigDict(extra="forbid")

    nome: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    descricao: Annotated[str | None, Field(max_length=2000)] = None
    ativo: bool | None = None
    configuracao: Annotated[dict[str, Any] | None, Field(max_length=MAX_KEYS)] = None
    id: Any = None
    tipo: Any = None
    em_uso: Any = None
    created_at: Any = None
    updated_at: Any = None


class Teste(BaseModel):
    """papel: of the integration's user in the account. erro: why it does not work, null where it does."""

    ok: bool
    papel: str | None = None
    erro: Erro | None = None


def add(api: Api, means: OfficeMeans) -> None:
    """The routes of this module."""

    @api.app.get("/integracoes", responses=documented(200, Integracoes, 403, 502))
    def get_integracoes() -> Response[Integracoes]:
        return reply(200, Integracoes(integracoes=listed(means, api.caller(ADMIN).tenant)))

    @api.app.get("/integracoes/<id>", responses=documented(200, Integracao, 403, 404, 502))
    def get_integracao(id: RowId) -> Response[Integracao]:
        tenant = api.caller(ADMIN).tenant
        return reply(200, _shown(means, tenant, _row(means, tenant, id)))

    @api.app.put("/integracoes/<id>", responses=documented(200, Integracao, 403, 404, 409, 502))
    def put_integracao(id: RowId, mudanca: Annotated[MudancaDeIntegracao, Body()]) -> Response[Integracao]:
        caller = api.caller(ADMIN)
        return reply(200, change(means, caller.tenant, id, mudanca, caller.by, caller.user_id))

    @api.app.post("/integracoes/<id>/teste", responses=documented(200, Teste, 403, 404, 502))
    def post_teste(id: RowId) -> Response[Teste]:
        return reply(200, tried(means, api.caller(ADMIN).tenant, id, api.language))


def listed(means: OfficeMeans, tenant: str) -> list[Integracao]:
    """Every row of the office's table. Raises Problem: why Zattar did not answer."""
    rows = answers.integrations(_asked(means, tenant, registry.integrations(only_active=False)))
    return [_shown(means, tenant, row) for row in rows]


def change(
    means: OfficeMeans, tenant: str, row_id: str, asked: MudancaDeIntegracao, by: str, auth_id: str = ""
) -> Integracao:
    """The row as it stands after the change, audited and in use. auth_id: of Zattar's auth.users, "" for who is none.
    Raises Problem: not there (404), changed since it was read (409), cannot be used (422), Zattar did not."""
    row = _row(means, tenant, row_id)
    changes = _changes(row, asked)
    _check(replace(row, **changes))
    if not changes:
        return _shown(means, tenant, row)
    detail = {"row": row.id, "fields": ",".join(sorted(changes))}
    means.audit.note(tenant, "integration.put", by, means.clock.now_ms(), detail)
    written_by = {"updated_by_auth_id": auth_id} if re.fullmatch(_UUID, auth_id) else {}
    call = registry.update_integration(row.id, row.updated_at, {**changes, **written_by})
    written = next(iter(answers.integrations(_asked(means, tenant, call))), None)
    if written is None:
        raise conflict("updated_at", "api.changed_since")
    means.integrations.reload(tenant, by)
    return _shown(means, tenant, written)


def tried(means: OfficeMeans, tenant: str, row_id: str, language: str) -> Teste:
    """The row's own key, asked for real; nothing is written. Raises Problem: not there, or not fit to be tried."""
    row = _row(means, tenant, row_id)
    if row.tipo != CHATWOOT:
        raise invalid("tipo", "api.cannot_test")
    read = chatwoot_of(row)
    if not isinstance(read, Chatwoot):
        _incomplete(read)
    call: ApiCall = setup.profile()
    return _judged(means.calls.tried(read, call, CALL_SECONDS), read.account_id, language)


def _asked(means: OfficeMeans, tenant: str, call: RestCall) -> Mapping[str, Any]:
    """Raises Problem: why Zattar did not."""
    outcome = means.calls.zattar(tenant, call, CALL_SECONDS)
    if not isinstance(outcome, Succeeded):
        raise of_outcome("zattar", outcome)
    return outcome.result


def _row(means: OfficeMeans, tenant: str, row_id: str) -> Integration:
    found = next(iter(answers.integrations(_asked(means, tenant, registry.integration(row_id)))), None)
    if found is None:
        raise not_found("id")
    return found


def _shown(means: OfficeMeans, tenant: str, row: Integration) -> Integracao:
    office = means.offices.read(tenant)
    return Integracao(
        id=row.id,
        tipo=row.tipo,
        nome=row.nome,
        descricao=row.descricao or None,
        ativo=row.ativo,
        configuracao=masked(row.configuracao),
        em_uso=bool(office and office.chatwoot and office.chatwoot.row_id == row.id),
        created_at=row.created_at or None,
        updated_at=row.updated_at or None,
    )


def _changes(row: Integration, asked: MudancaDeIntegracao) -> dict[str, Any]:
    """By column, what is asked for and not so already."""
    if asked.tipo not in (None, row.tipo):
        raise invalid("tipo")
    wanted: dict[str, Any] = {}
    if asked.nome is not None:
        wanted["nome"] = asked.nome
    if "descricao" in asked.model_fields_set:
        wanted["descricao"] = asked.descricao or ""
    if asked.ativo is not None:
        wanted["ativo"] = asked.ativo
    if asked.configuracao is not None:
        try:
            wanted["configuracao"] = unmasked(row.configuracao, asked.configuracao)
        except ValueError:
            raise invalid("configuracao") from None
    return {name: value for name, value in wanted.items() if value != getattr(row, name)}


def _check(row: Integration) -> None:
    """A row that is switched on has to be usable: the first one that is counts. Raises Problem (422)."""
    read = chatwoot_of(row) if row.tipo == CHATWOOT and row.ativo else ()
    if isinstance(read, tuple) and read:
        _incomplete(read)


def _incomplete(keys: tuple[str, ...]) -> NoReturn:
    raise invalid(f"configuracao.{keys[0]}", "api.incomplete")


def _judged(outcome: Outcome, account_id: int, language: str) -> Teste:
    code, detail = getattr(outcome, "code", ""), getattr(outcome, "detail", "")
    if isinstance(outcome, Succeeded):
        profile = setup.profile_of(outcome.result)
        role = profile.role_in(account_id) if profile else ""
        if role:
            return Teste(ok=True, papel=role)
        code = "account_refused" if profile else "unreadable_answer"
    why = rule_of(code).catalogue if not isinstance(outcome, Transient | Unknown) else "API_UNAVAILABLE"
    told = erro(why, f"reason.chatwoot.{code}", language, reason=code, detail=detail or "-")
    return Teste(ok=False, erro=Erro.model_validate(told))
