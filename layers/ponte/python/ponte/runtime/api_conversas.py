"""/conversas: the conversations of an office, begun and set in its Chatwoot."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict, Field

from ponte.conversas.values import Conversa, parse_id
from ponte.relays.talk_to_chatwoot import Begin, Set
from ponte.runtime.api import PAGE, Api, documented, reply
from ponte.runtime.api_access import SEND, Caller
from ponte.runtime.api_cursors import Cursor, opened, shut
from ponte.runtime.api_mensagens import ConversaId, Enviada, Texto, said_of, sent
from ponte.runtime.api_people import MAX_ID, stamp
from ponte.runtime.api_problems import Problem, conflict, invalid, not_found
from ponte.runtime.api_sync import Key
from ponte.runtime.office_performer import OfficeMeans
from ponte.runtime.wishes import WishDesk
from ponte.storage.conversas import Conversas, Page
from ponte.zattar.values import Tipo

Status = Literal["open", "resolved", "on_hold"]
Number = Annotated[int, Field(ge=1, le=MAX_ID)]
Exact = Annotated[int, Field(strict=True, ge=1, le=MAX_ID)]


class ConversaShown(BaseModel):
    """tipo_entidade: null where its contact is linked with nobody. chatwoot_status: Chatwoot's own four states."""

    id: str
    chatwoot_conversation_id: int
    chatwoot_account_id: int
    tipo_entidade: str | None
    entidade_id: int | None
    cliente_id: int | None
    usuario_id: int | None
    titulo: str | None
    assunto: str | None
    status: Status
    chatwoot_status: str
    prioridade: str | None
    etiquetas: list[str]
    mensagens_nao_lidas: int
    ultima_atividade: str | None


class Lista(BaseModel):
    """A page may hold fewer rows than others, or none, while cursor is not null: filters apply to each page."""

    conversas: list[ConversaShown]
    cursor: str | None


class Mudanca(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")
    status: Status = "open"
    prioridade: Literal["low", "medium", "high", "urgent"] | None = None
    usuario_id: Exact | None = None


class Nova(BaseModel):
    """inbox_id: of Chatwoot; left out: that of the integration."""

    model_config = ConfigDict(extra="forbid")
    tipo_entidade: Tipo
    entidade_id: Exact
    conteudo: Texto
    inbox_id: Exact | None = None
    titulo: Annotated[str, Field(max_length=255)] | None = None
    assunto: Annotated[str, Field(max_length=255)] | None = None


class Comecada(BaseModel):
    """conversa: null while it waits for Chatwoot."""

    conversa: ConversaShown | None
    mensagem: Enviada


class ConversaComecada(ConversaShown):
    mensagem: Enviada


def add(api: Api, means: OfficeMeans, conversas: Conversas, desk: WishDesk) -> None:
    """The routes of this module."""

    @api.app.get("/conversas", responses=documented(200, Lista))
    def get_conversas(
        cliente_id: Annotated[Number | None, Query()] = None,
        usuario_id: Annotated[Number | None, Query()] = None,
        status: Annotated[Status | None, Query()] = None,
        cursor: Annotated[Cursor, Query()] = None,
    ) -> Response[Lista]:
        page = _page(conversas, api.caller().tenant, cliente_id, usuario_id, status, opened(cursor))
        return reply(
            200,
            Lista(
                conversas=[
                    shown(one)
                    for one in page.conversas
                    if cliente_id in (None, one.cliente_id)
                    and usuario_id in (None, one.usuario_id)
                    and status in (None, one.situacao)
                ],
                cursor=shut(page.cursor),
            ),
        )

    @api.app.patch(
        "/conversas/<id>", responses=documented(202, ConversaShown) | documented(200, ConversaShown, 403, 404, 409)
    )
    def patch_conversa(id: ConversaId, mudanca: Mudanca) -> Response[ConversaShown]:
        """202 with the conversation as it still is where Chatwoot has not answered yet."""
        caller = api.caller(SEND)
        known = find(means, conversas, caller, id, True)
        changes = {name: getattr(mudanca, name) for name in sorted(mudanca.model_fields_set)}
        if not changes:
            raise Problem(422, "INVALID_BODY")
        asked = desk.ask(caller, desk.name(caller), Set(known.number, changes), known.account_id)
        return reply(200 if asked.is_done else 202, shown(find(means, conversas, caller, id, False)))

    @api.app.post("/conversas", responses=documented(202, Comecada) | documented(201, ConversaComecada, 403, 404, 409))
    def post_conversa(nova: Nova, idempotency_key: Key = None) -> Response[ConversaComecada | Comecada]:
        """202 with `{conversa: null, mensagem}` where Chatwoot has not answered yet."""
        caller = api.caller(SEND)
        link = means.links.of_person(caller.tenant, nova.tipo_entidade, nova.entidade_id)
        if link is None:
            raise not_found("entidade_id", "api.not_linked")
        office = means.offices.read(caller.tenant)
        if office is None or office.chatwoot is None or office.chatwoot.account_id != link.account_id:
            raise Problem(409, "NO_INTEGRATION")
        inbox_id = nova.inbox_id or office.chatwoot.inbox_id
        if not inbox_id:
            raise invalid("inbox_id")
        name = desk.name(caller, idempotency_key or "")
        wish = Begin(
            contact_id=link.contact_id,
            inbox_id=inbox_id,
            conteudo=said_of(nova.conteudo),
            marker=name,
            titulo=nova.titulo or "",
            assunto=nova.assunto or "",
            by=caller.by,
            at_ms=1,
        )
        asked = desk.ask(caller, name, wish, link.account_id)
        number = int(asked.steps.get("begin", {}).get("number", 0))
        known = conversas.read(caller.tenant, link.account_id, number) if number else None
        mensagem = sent(asked, link.account_id, number)
        if known is None:
            return reply(202, Comecada(conversa=None, mensagem=mensagem))
        return reply(201, ConversaComecada(**shown(known).model_dump(), mensagem=mensagem))


def find(means: OfficeMeans, conversas: Conversas, caller: Caller, written: str, writes: bool) -> Conversa:
    """Raises Problem: 404, also for what is another office's; 409, where something is to be written, for one of an
    account that the office has left."""
    parts = parse_id(written)
    one = conversas.read(caller.tenant, *parts) if parts else None
    if one is None:
        raise not_found("id")
    if writes:
        office = means.offices.read(caller.tenant)
        if office is None or office.chatwoot is None:
            raise Problem(409, "NO_INTEGRATION")
        if office.chatwoot.account_id != one.account_id:
            raise conflict("id", "api.other_account")
    return one


def _page(
    conversas: Conversas, tenant: str, cliente_id: int | None, usuario_id: int | None, status: Status | None, after: str
) -> Page:
    """The narrowest list that there is; what it does not know of, the caller filters."""
    if cliente_id:
        return conversas.of_person(tenant, Tipo.CLIENTE, cliente_id, PAGE, after)
    if usuario_id and status:
        return conversas.of_user(tenant, usuario_id, status, PAGE, after)
    return conversas.of_office(tenant, PAGE, after)


def shown(one: Conversa) -> ConversaShown:
    return ConversaShown(
        id=one.id,
        chatwoot_conversation_id=one.number,
        chatwoot_account_id=one.account_id,
        tipo_entidade=one.tipo or None,
        entidade_id=one.entity_id or None,
        cliente_id=one.cliente_id,
        usuario_id=one.usuario_id or None,
        titulo=one.titulo or None,
        assunto=one.assunto or None,
        status=one.situacao,
        chatwoot_status=one.status,
        prioridade=one.prioridade or None,
        etiquetas=list(one.etiquetas),
        mensagens_nao_lidas=one.mensagens_nao_lidas,
        ultima_atividade=stamp(one.ultima_atividade_ms),
    )
