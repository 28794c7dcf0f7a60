"""/conversas/{id}/mensagens: what was said in a conversation, and saying something in it."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from ponte.chatwoot.messages import MAX_CONTENT_CHARS
from ponte.conversas.values import Anexo, Conversa, Mensagem
from ponte.relays.talk_to_chatwoot import Say
from ponte.runtime.api import PAGE, Api, documented, reply
from ponte.runtime.api_access import SEND, Caller
from ponte.runtime.api_cursors import Cursor, opened, shut
from ponte.runtime.api_people import stamp
from ponte.runtime.api_problems import invalid
from ponte.runtime.api_sync import Key
from ponte.runtime.wishes import Asked, WishDesk
from ponte.storage.mensagens import Mensagens

PAGE_BYTES = 4_000_000  # of texts as JSON; Lambda answers with 6 MB at most, and one text has 1.8 MB at most

type Find = Callable[[Caller, str, bool], Conversa]
"""A conversation of the caller's office by its id; the flag: to write in it. Raises Problem."""

ConversaId = Annotated[str, Path(pattern="^[1-9][0-9]{0,17}-[1-9][0-9]{0,17}$", description="{account}-{number}")]
Texto = Annotated[str, Field(max_length=MAX_CONTENT_CHARS)]


class AnexoShown(BaseModel):
    nome: str | None
    mime_type: str | None
    tamanho: int | None
    url: str | None
    latitude: float | None = None
    longitude: float | None = None


class MensagemShown(BaseModel):
    id: str
    chatwoot_message_id: int
    tipo: Literal["cliente", "resposta_agent", "nota_interna", "bot", "sistema"]
    direcao: Literal["entrada", "saida", "interna"]
    autor_id: int | None
    autor_nome: str | None
    conteudo: str | None
    anexos: list[AnexoShown]
    estado: Literal["queued", "sent", "delivered", "read", "failed"]
    erro: str | None
    apagada: bool
    criado_em: str | None
    atualizado_em: str | None


class Mensagens100(BaseModel):
    """Oldest first. A page ends early where its texts are long."""

    mensagens: list[MensagemShown]
    cursor: str | None


class NovaMensagem(BaseModel):
    """privada: a note to staff alone. anexos: not taken yet."""

    model_config = ConfigDict(extra="forbid")
    conteudo: Texto
    privada: Annotated[bool, Field(strict=True)] = False
    anexos: list[dict[str, Any]] = []


class Enviada(BaseModel):
    """id: the message's, or of the wish while it is queued."""

    id: str
    chatwoot_message_id: int | None
    status: Literal["queued", "sent"]


def add(api: Api, find: Find, mensagens: Mensagens, desk: WishDesk) -> None:
    """The routes of this module."""

    @api.app.get("/conversas/<id>/mensagens", responses=documented(200, Mensagens100, 404))
    def get_mensagens(id: ConversaId, cursor: Annotated[Cursor, Query()] = None) -> Response[Mensagens100]:
        caller = api.caller()
        one = find(caller, id, False)
        page = mensagens.page(caller.tenant, one.account_id, one.number, _place(cursor), PAGE)
        rows: list[Mensagem] = []
        room = PAGE_BYTES
        for each in page.mensagens:
            room -= len(json.dumps(each.conteudo))
            if rows and room < 0:
                break
            rows.append(each)
        is_cut = len(rows) < len(page.mensagens)
        last = rows[-1].message_id if is_cut else page.cursor
        return reply(200, Mensagens100(mensagens=[shown(each) for each in rows], cursor=shut(str(last or ""))))

    @api.app.post(
        "/conversas/<id>/mensagens", responses=documented(202, Enviada) | documented(201, Enviada, 403, 404, 409)
    )
    def post_mensagem(id: ConversaId, nova: NovaMensagem, idempotency_key: Key = None) -> Response[Enviada]:
        """202 with status "queued" where Chatwoot has not answered yet; it is sent once all the same."""
        caller = api.caller(SEND)
        one = find(caller, id, True)
        if nova.anexos:
            raise invalid("anexos", "api.no_files")
        name = desk.name(caller, idempotency_key or "")
        wish = Say(one.number, said_of(nova.conteudo), name, privada=nova.privada, by=caller.by, at_ms=1)
        asked = desk.ask(caller, name, wish, one.account_id, awaited="send")
        made = sent(asked, one.account_id, one.number)
        return reply(201 if made.chatwoot_message_id else 202, made)


def said_of(text: str) -> str:
    """Raises Problem (422) for a text that says nothing, or that no database keeps."""
    if not text.strip() or "\0" in text:
        raise invalid("conteudo")
    return text


def sent(asked: Asked, account_id: int, number: int) -> Enviada:
    message_id = int(asked.steps.get("send", {}).get("message_id", 0))
    if not message_id:
        return Enviada(id=asked.id, chatwoot_message_id=None, status="queued")
    return Enviada(id=f"{account_id}-{number}-{message_id}", chatwoot_message_id=message_id, status="sent")


def shown(one: Mensagem) -> MensagemShown:
    return MensagemShown(
        id=one.id,
        chatwoot_message_id=one.message_id,
        tipo=one.tipo,
        direcao=one.direcao,
        autor_id=one.autor_id or None,
        autor_nome=one.autor_nome or None,
        conteudo=None if one.apagada else one.conteudo or None,
        anexos=[] if one.apagada else [_anexo(each) for each in one.anexos],
        estado=one.estado,
        erro=one.erro or None,
        apagada=one.apagada,
        criado_em=stamp(one.criada_ms),
        atualizado_em=stamp(one.atualizada_ms),
    )


def _anexo(one: Anexo) -> AnexoShown:
    return AnexoShown(
        nome=one.nome or None,
        mime_type=one.mime_type or None,
        tamanho=one.tamanho or None,
        url=one.url or None,
        latitude=float(one.latitude) if one.latitude else None,
        longitude=float(one.longitude) if one.longitude else None,
    )


def _place(cursor: str | None) -> int:
    """Raises Problem (422) for none of ours."""
    place = opened(cursor)
    if place and not (place.isascii() and place.isdigit() and len(place) < 20):
        raise invalid("cursor")
    return int(place or 0)
