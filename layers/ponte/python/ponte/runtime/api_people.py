"""/partes: the link between a person of Zattar and their contact in Chatwoot."""

import datetime as dt
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel

from ponte.people.links import Link
from ponte.relays.zattar_to_chatwoot import identifier
from ponte.runtime.api import Api, documented, reply
from ponte.runtime.api_access import SYNC
from ponte.runtime.api_problems import invalid, not_found
from ponte.runtime.office_performer import OfficeMeans
from ponte.zattar.values import Tipo

MAX_ID = 2**63 - 1

TipoInPath = Annotated[Tipo, Path(description="cliente, parte_contraria, terceiro")]
IdInPath = Annotated[str, Path(pattern="^[1-9][0-9]{0,18}$", description="id no Zattar / id in Zattar")]


class Vinculo(BaseModel):
    """A row of partes_chatwoot. dados_sincronizados: what both sides showed when they were last in step."""

    tipo_entidade: Tipo
    entidade_id: int
    chatwoot_contact_id: int
    chatwoot_account_id: int
    sincronizado: bool
    erro_sincronizacao: str | None
    ultima_sincronizacao: str | None
    dados_sincronizados: dict[str, Any]


def add(api: Api, means: OfficeMeans) -> None:
    """The routes of this module."""

    @api.app.get("/partes/<tipo>/<id>/vinculo", responses=documented(200, Vinculo, 403, 404))
    def get_vinculo(tipo: TipoInPath, id: IdInPath) -> Response[Vinculo]:
        caller = api.caller(SYNC)
        link = means.links.of_person(caller.tenant, tipo, entity_id(id))
        if link is None:
            raise not_found("id", "api.not_linked")
        return reply(200, vinculo(link))


def entity_id(written: str) -> int:
    """An id in a path, which has the right signs already. Raises Problem (422) for one that no row can have."""
    number = int(written)
    if number > MAX_ID:
        raise invalid("id")
    return number


def vinculo(link: Link) -> Vinculo:
    return Vinculo(
        tipo_entidade=Tipo(link.tipo),
        entidade_id=link.entity_id,
        chatwoot_contact_id=link.contact_id,
        chatwoot_account_id=link.account_id,
        sincronizado=link.synced,
        erro_sincronizacao=link.error or None,
        ultima_sincronizacao=stamp(link.synced_ms),
        dados_sincronizados=_base(link),
    )


def stamp(ms: int) -> str | None:
    """ISO 8601 in UTC, as PostgREST writes a timestamptz; None for 0."""
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).isoformat(timespec="milliseconds") if ms else None


def _base(link: Link) -> dict[str, Any]:
    """Empty before the first sync. What Zattar has no value for is null."""
    base = link.base
    if base is None:
        return {}
    return {
        "nome": base.name,
        "email": base.email or None,
        "telefone": base.phone or None,
        "identifier": identifier(link.tipo, link.entity_id),
        "labels": sorted(base.labels),
        "custom_attributes": dict(base.attributes),
        "additional_attributes": {},
    }
