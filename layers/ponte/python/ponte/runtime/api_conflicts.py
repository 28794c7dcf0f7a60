"""/conflitos: what one side of a linked person did not take over from the other."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel

from ponte.runtime.api import PAGE, Api, documented, reply
from ponte.runtime.api_access import ADMIN
from ponte.runtime.api_cursors import Cursor, opened, shut
from ponte.runtime.api_links import CAMPOS
from ponte.runtime.api_people import stamp
from ponte.runtime.api_problems import conflict, not_found, of_outcome
from ponte.runtime.conflicts import ConflictDesk, NotUndone
from ponte.storage.dissents import Dissents, Listed
from ponte.zattar.values import Tipo

CALL_SECONDS = 8.0
ConflictId = Annotated[str, Path(pattern="^[a-z_]{1,20}-[1-9][0-9]{0,18}-(name|email|phone)-[0-9]{1,15}$")]


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


def add(api: Api, dissents: Dissents, desk: ConflictDesk) -> None:
    """The routes of this module."""

    @api.app.get("/conflitos", responses=documented(200, Conflitos, 403))
    def get_conflitos(cursor: Annotated[Cursor, Query()] = None) -> Response[Conflitos]:
        caller = api.caller(ADMIN)
        found, place = dissents.page(caller.tenant, opened(cursor), PAGE)
        return reply(200, Conflitos(conflitos=[conflito(each) for each in found], cursor=shut(place)))

    @api.app.post("/conflitos/<id>/desfazer", responses=documented(202, Conflito, 403, 404, 409, 502))
    def post_desfazer(id: ConflictId) -> Response[Conflito]:
        caller = api.caller(ADMIN)
        try:
            return reply(202, conflito(desk.undo(caller.tenant, id, caller.by, CALL_SECONDS)))
        except NotUndone as refused:
            if refused.outcome is not None:
                raise of_outcome("zattar", refused.outcome) from None
            if refused.code == "not_found":
                raise not_found("id") from None
            raise conflict("id", f"conflict.{refused.code}") from None


def conflito(listed: Listed) -> Conflito:
    is_ours = listed.kind != "taken"
    ours, theirs = (listed.kept, listed.lost) if is_ours else (listed.lost, listed.kept)
    return Conflito(
        id=listed.id,
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
