"""/sugestoes: contacts of Chatwoot that may be people of Zattar, and what somebody says to it."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel

from ponte.relays.people_matches import grade
from ponte.runtime.api import PAGE, Api, documented, nothing, reply
from ponte.runtime.api_access import ADMIN
from ponte.runtime.api_cursors import Cursor, opened, shut
from ponte.runtime.api_people import stamp
from ponte.runtime.api_problems import Problem, conflict, not_found
from ponte.runtime.office_performer import OfficeMeans
from ponte.runtime.people_suggestions import NotAccepted, SuggestionDesk
from ponte.storage.suggestions import Suggestion
from ponte.zattar.values import Tipo

SuggestionId = Annotated[str, Path(pattern="^[1-9][0-9]{0,18}-[a-z_]{1,20}-[1-9][0-9]{0,18}$")]


class Sugestao(BaseModel):
    """motivo: what the two have in common, the best first. grau: strong for the document, or phone and e-mail both."""

    id: str
    chatwoot_contact_id: int
    tipo_entidade: Tipo
    entidade_id: int
    motivo: str
    grau: Literal["strong", "weak"]
    criado_em: str


class Sugestoes(BaseModel):
    sugestoes: list[Sugestao]
    cursor: str | None


def add(api: Api, means: OfficeMeans, desk: SuggestionDesk) -> None:
    """The routes of this module."""

    @api.app.get("/sugestoes", responses=documented(200, Sugestoes, 403))
    def get_sugestoes(cursor: Annotated[Cursor, Query()] = None) -> Response[Sugestoes]:
        caller = api.caller(ADMIN)
        found, place = means.suggestions.page(caller.tenant, opened(cursor), PAGE)
        return reply(200, Sugestoes(sugestoes=[sugestao(each) for each in found], cursor=shut(place)))

    @api.app.post("/sugestoes/<id>/aceitar", responses=documented(202, Sugestao, 403, 404, 409))
    def post_aceitar(id: SuggestionId) -> Response[Sugestao]:
        caller = api.caller(ADMIN)
        try:
            return reply(202, sugestao(desk.accept(caller.tenant, id, caller.by)))
        except NotAccepted as refused:
            raise _problem(refused) from None

    @api.app.post("/sugestoes/<id>/recusar", responses=documented(204, None, 403, 404, 409))
    def post_recusar(id: SuggestionId) -> Response[None]:
        caller = api.caller(ADMIN)
        try:
            desk.refuse(caller.tenant, id, caller.by)
        except NotAccepted as refused:
            raise _problem(refused) from None
        return nothing()


def sugestao(found: Suggestion) -> Sugestao:
    return Sugestao(
        id=found.id,
        chatwoot_contact_id=found.contact_id,
        tipo_entidade=Tipo(found.tipo),
        entidade_id=found.entity_id,
        motivo=",".join(found.reasons),
        grau=grade(found.reasons),
        criado_em=stamp(found.first_ms) or "",
    )


def _problem(refused: NotAccepted) -> Problem:
    if refused.code == "not_found":
        return not_found("id")
    if refused.code == "no_integration":
        return Problem(409, "NO_INTEGRATION")
    return conflict("id", f"suggestion.{refused.code}")
