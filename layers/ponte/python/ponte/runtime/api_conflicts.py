"""/conflitos: what one side of a linked person did not take over from the other."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from ponte.runtime.api import PAGE, Api, documented, reply
from ponte.runtime.api_access import ADMIN
from ponte.runtime.api_cursors import Cursor, opened, shut
from ponte.runtime.api_links import CAMPOS
from ponte.runtime.api_people import stamp
from ponte.storage.dissents import Dissents, Listed
from ponte.zattar.values import Tipo


class Conflito(BaseModel):
    """vencedor: whose value stands on both sides; where Zattar has no place for the other (cannot_hold) or another
    contact has it (taken), each side keeps its own."""

    id: str
    tipo_entidade: Tipo
    entidade_id: int
    campo: str
    valor_zattar: str | None
    valor_chatwoot: str | None
    vencedor: Literal["zattar", "chatwoot"]
    motivo: str
    vezes: int
    criado_em: str


class Conflitos(BaseModel):
    conflitos: list[Conflito]
    cursor: str | None


def add(api: Api, dissents: Dissents) -> None:
    """The routes of this module."""

    @api.app.get("/conflitos", responses=documented(200, Conflitos, 403))
    def get_conflitos(cursor: Annotated[Cursor, Query()] = None) -> Response[Conflitos]:
        caller = api.caller(ADMIN)
        found, place = dissents.page(caller.tenant, opened(cursor), PAGE)
        return reply(200, Conflitos(conflitos=[conflito(each) for each in found], cursor=shut(place)))


def conflito(listed: Listed) -> Conflito:
    is_ours = listed.kind != "taken"
    ours, theirs = (listed.kept, listed.lost) if is_ours else (listed.lost, listed.kept)
    return Conflito(
        id=conflict_id(listed),
        tipo_entidade=Tipo(listed.tipo),
        entidade_id=listed.entity_id,
        campo=CAMPOS[listed.name],
        valor_zattar=ours or None,
        valor_chatwoot=theirs or None,
        vencedor="zattar" if is_ours else "chatwoot",
        motivo=listed.kind,
        vezes=listed.count,
        criado_em=stamp(listed.first_ms) or "",
    )


def conflict_id(listed: Listed) -> str:
    """Names this very disagreement: another value in its place, listed later, is another one."""
    return f"{listed.tipo}-{listed.entity_id}-{listed.name}-{listed.first_ms}"
