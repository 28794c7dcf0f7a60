"""What an event makes of a conversation and of a message that are kept. Pure: what is known and what is told come in.

Chatwoot's posts are built when they are sent, from the record as it is then; several of its workers send them, in any
order, once or never. So every post is a state, told apart by its `updated_at`: an older state changes nothing but what
only ever grows, and the same one twice is the same. What is said to have changed is not looked at: with the older
auto-assignment it leaves the status out (chatwoot#9277).
"""

from dataclasses import replace

from ponte.chatwoot.conversations import Conversation
from ponte.chatwoot.messages import ACTIVITY, INCOMING, OUTGOING, TEMPLATE, Attachment, Message
from ponte.conversas.values import MOST_UNREAD, ON_HOLD, Anexo, Conversa, Direcao, Estado, Mensagem, Tipo, Unread

SECOND_MS = 1000
HISTORY_MS = 3_600_000  # a message this old when it reaches us is history: kept, but nobody is told
_BOTS = ("agent_bot", "captain_assistant")


def begun(tenant: str, account_id: int, number: int) -> Conversa:
    """A conversation of which nothing but its number is known yet."""
    return Conversa(tenant, account_id, number)


def with_state(known: Conversa, told: Conversation) -> Conversa:
    """The conversation after a state of it was told."""
    seen_ms = max(known.seen_ms, told.agent_seen_ms)
    grown = replace(known, seen_ms=seen_ms, ultima_atividade_ms=max(known.ultima_atividade_ms, told.last_activity_ms))
    if not told.status or told.updated_us < known.updated_us:
        return replace(grown, unread=_unread(known.unread, seen_ms))
    if not told.updated_us:  # the plan's own form, which tells a status and no more
        return replace(grown, status=told.status, held_as=_held(told.status, known))
    assignee = told.assignee
    same_agent = assignee is not None and (assignee.id, assignee.kind) == (known.assignee_id, known.assignee_kind)
    # Nothing unread: whatever was written up to its last activity has been seen, even within the second that the time
    # of looking is rounded down to.
    until_ms = max(seen_ms, told.last_activity_ms) + SECOND_MS - 1 if told.unread_count == 0 else seen_ms
    return replace(
        grown,
        inbox_id=told.inbox_id or known.inbox_id,
        channel=told.channel or known.channel,
        contact_id=told.contact_id or known.contact_id,
        assignee_id=assignee.id if assignee else 0,
        assignee_kind=assignee.kind if assignee else "",
        assignee_name=assignee.name if assignee else "",
        usuario_id=known.usuario_id if same_agent else 0,
        team_id=told.team_id,
        titulo=known.titulo or (told.contact.name if told.contact else ""),
        assunto=known.assunto or _subject(told),
        status=told.status,
        held_as=_held(told.status, known),
        prioridade=told.priority,
        etiquetas=told.labels,
        can_reply=told.can_reply,
        snoozed_ms=told.snoozed_ms,
        updated_us=told.updated_us,
        unread=_unread(known.unread, until_ms),
        synced=True,
        error="",
    )


def with_message(known: Conversa, one: Mensagem) -> Conversa:
    """The conversation after one of its messages was kept; the same message again changes nothing."""
    active_ms = max(known.ultima_atividade_ms, one.criada_ms)
    unread = known.unread
    if one.direcao == "entrada" and one.criada_ms > known.seen_ms:
        there = {each.message_id for each in unread}
        if one.message_id not in there:
            unread = (*unread, Unread(one.message_id, one.criada_ms))[-MOST_UNREAD:]
    return replace(known, ultima_atividade_ms=active_ms, unread=unread)


def mensagem_of(told: Message, tenant: str, account_id: int, number: int, arrived_ms: int) -> Mensagem | None:
    """What is to be kept of a message. None for activity lines, which tell staff what the conversation's own state
    says, and for types that no release we know has. arrived_ms: when we heard of it, by our clock."""
    kind = _kind(told)
    if kind is None:
        return None
    survey = told.csat
    deleted = told.is_deleted
    return Mensagem(
        tenant=tenant,
        account_id=account_id,
        number=number,
        message_id=told.id,
        tipo=kind[0],
        direcao=kind[1],
        autor_id=told.author.id,
        autor_nome=told.author.name,
        conteudo="" if deleted else told.content,
        content_type=told.content_type,
        anexos=() if deleted else tuple(_anexo(each) for each in told.attachments),
        estado=_ESTADOS.get(told.status, "sent"),
        erro=told.external_error if told.status == "failed" else "",
        apagada=deleted,
        marker=told.marker,
        nota=survey.rating if survey else 0,
        comentario=survey.feedback if survey else "",
        historico=0 < told.created_ms < arrived_ms - HISTORY_MS,
        criada_ms=told.created_ms or arrived_ms,
        atualizada_ms=told.updated_ms,
    )


def merged(known: Mensagem, told: Mensagem, *, is_update: bool, tells_status: bool) -> Mensagem:
    """The message after it was told again. is_update: of a message_updated, which wins where no time decides; the post
    of the creation may come after it. tells_status: whether the post says how far the message came at all."""
    estado, erro = (told.estado, told.erro) if tells_status else (known.estado, known.erro)
    estado, erro = _further(known, estado, erro, retried=told.atualizada_ms > known.atualizada_ms > 0)
    after = replace(known, estado=estado, erro=erro)
    if known.apagada:
        return after
    if told.apagada:
        gone = replace(told, marker=known.marker, historico=known.historico, criada_ms=known.criada_ms)
        return replace(gone, estado=estado, erro=erro, saved_ms=known.saved_ms, version=known.version)
    both_tell = told.atualizada_ms and known.atualizada_ms
    if told.atualizada_ms < known.atualizada_ms if both_tell else not is_update:
        # Of our own message we may have kept less than its post tells.
        return replace(after, autor_id=after.autor_id or told.autor_id, autor_nome=after.autor_nome or told.autor_nome)
    return replace(
        after,
        tipo=told.tipo,
        direcao=told.direcao,
        autor_id=told.autor_id or known.autor_id,  # a contact that was merged shows as the one that stayed
        autor_nome=told.autor_nome or known.autor_nome,
        conteudo=told.conteudo,
        content_type=told.content_type,
        anexos=told.anexos,
        marker=told.marker or known.marker,
        nota=told.nota or known.nota,
        comentario=told.comentario or known.comentario,
        atualizada_ms=max(told.atualizada_ms, known.atualizada_ms),
    )


_ESTADOS: dict[str, Estado] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed"}
_RANKS: dict[str, int] = {"queued": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}


def _further(known: Mensagem, estado: Estado, erro: str, *, retried: bool) -> tuple[Estado, str]:
    """How far it came never goes back, in whatever order it is told; but a failed one may be sent anew."""
    if known.estado == "failed" and estado == "sent" and retried:
        return estado, ""
    if _RANKS[estado] < _RANKS[known.estado]:
        return known.estado, known.erro
    return estado, erro


def _kind(told: Message) -> tuple[Tipo, Direcao] | None:
    if told.message_type == INCOMING:
        return "cliente", "entrada"
    if told.message_type not in (OUTGOING, TEMPLATE) or told.message_type == ACTIVITY:
        return None
    if told.private:
        return "nota_interna", "interna"
    if told.author.kind in _BOTS:
        return "bot", "saida"
    # Without an author an outgoing message was written in the channel's own app, by somebody of the office.
    return ("sistema" if told.message_type == TEMPLATE else "resposta_agent"), "saida"


def _anexo(one: Attachment) -> Anexo:
    return Anexo(
        id=one.id,
        kind=one.file_type,
        nome=one.name,
        mime_type=one.content_type,
        tamanho=one.size,
        url=one.data_url,
        latitude="" if one.latitude is None else f"{one.latitude:.7f}",
        longitude="" if one.longitude is None else f"{one.longitude:.7f}",
    )


def _unread(unread: tuple[Unread, ...], until_ms: int) -> tuple[Unread, ...]:
    return tuple(each for each in unread if each.created_ms > until_ms)


def _held(status: str, known: Conversa) -> str:
    return status if status in ON_HOLD else known.held_as


def _subject(told: Conversation) -> str:
    subject = told.additional_attributes.get("mail_subject")
    return subject[:4096] if isinstance(subject, str) else ""
