"""A conversation and a message as they are kept, and the words that people outside of Chatwoot have for their states.

Kept by storage/{conversas,mensagens}.py; what an event makes of them says `growth`. Column names are those of the
customer's plan (`conversas_chatwoot`) where the plan has them. Texts and names show in no repr.
"""

from dataclasses import dataclass, field
from typing import Literal

from ponte.chatwoot.conversations import STATUSES

type Situacao = Literal["open", "resolved", "on_hold"]
type Tipo = Literal["cliente", "resposta_agent", "nota_interna", "bot", "sistema"]
type Direcao = Literal["entrada", "saida", "interna"]
type Estado = Literal["queued", "sent", "delivered", "read", "failed"]

SITUACOES: dict[str, Situacao] = {
    "open": "open",
    "resolved": "resolved",
    "pending": "on_hold",
    "snoozed": "on_hold",
}
"""Chatwoot's four states in the plan's three."""

MOST_UNREAD = 99  # counted no further: a badge says "99"
ON_HOLD = ("pending", "snoozed")


@dataclass(frozen=True, slots=True)
class Unread:
    """A customer's message that nobody has looked at. created_ms: epoch milliseconds by Chatwoot's clock."""

    message_id: int
    created_ms: int


@dataclass(frozen=True, slots=True)
class Conversa:
    """tenant: the office. account_id, number: which conversation of which account, the number that people see.

    contact_id: whose it is; tipo, entity_id: the person of Zattar that the contact shows, "" and 0 for nobody's.
    status: Chatwoot's own; held_as: how it was on hold the last time. assignee_id: the agent or bot in Chatwoot;
    usuario_id: the agent among Zattar's `usuarios`, 0 where unknown. titulo: ours, the contact's name until it has one.
    unread: customers' messages since an agent looked, the newest MOST_UNREAD. seen_ms: when an agent last looked.
    updated_us: of the state that is kept, by which an older one is known; 0 while no whole state was seen, and then it
    is not `synced`. All times but created_ms (when we first heard of it) and saved_ms are by Chatwoot's clock.
    """

    tenant: str
    account_id: int
    number: int
    inbox_id: int = 0
    channel: str = ""
    contact_id: int = 0
    tipo: str = ""
    entity_id: int = 0
    assignee_id: int = 0
    assignee_kind: str = ""
    assignee_name: str = field(default="", repr=False)
    usuario_id: int = 0
    team_id: int = 0
    titulo: str = field(default="", repr=False)
    assunto: str = field(default="", repr=False)
    status: str = "open"
    held_as: str = ""
    prioridade: str = ""
    etiquetas: tuple[str, ...] = ()
    can_reply: bool = True
    unread: tuple[Unread, ...] = field(default=(), repr=False)
    seen_ms: int = 0
    snoozed_ms: int = 0
    ultima_atividade_ms: int = 0
    updated_us: int = 0
    synced: bool = False
    error: str = ""
    created_ms: int = 0
    saved_ms: int = 0
    version: int = 0

    @property
    def id(self) -> str:
        """By which our own API names it, within the office."""
        return f"{self.account_id}-{self.number}"

    @property
    def situacao(self) -> Situacao:
        return SITUACOES[self.status]

    @property
    def cliente_id(self) -> int | None:
        return self.entity_id if self.tipo == "cliente" else None

    @property
    def mensagens_nao_lidas(self) -> int:
        return len(self.unread)


@dataclass(frozen=True, slots=True)
class Anexo:
    """nome: a file's, or a place's title. mime_type: "" where Chatwoot does not say. tamanho: bytes, 0 for unknown.
    url: opens it for anybody who has it: never logged. latitude, longitude: decimal degrees as texts, "" for no place.
    """

    id: int
    kind: str
    nome: str = field(default="", repr=False)
    mime_type: str = ""
    tamanho: int = 0
    url: str = field(default="", repr=False)
    latitude: str = field(default="", repr=False)
    longitude: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Mensagem:
    """message_id: Chatwoot's, unique in its installation and growing, so that it orders a conversation.

    autor_id: of a contact, agent or bot in Chatwoot, 0 for nobody. conteudo: "" for none; markdown as written, HTML
    kept as text. estado, erro: how far it came, and why it failed. apagada: nothing of it is kept any more. marker: by
    which it is ours. nota, comentario: of an answered survey, 0 and "" for none. historico: it was old when it was
    brought in, so nobody is told. criada_ms, atualizada_ms: by Chatwoot's clock, 0 for unknown.
    """

    tenant: str
    account_id: int
    number: int
    message_id: int
    tipo: Tipo
    direcao: Direcao
    autor_id: int = 0
    autor_nome: str = field(default="", repr=False)
    conteudo: str = field(default="", repr=False)
    content_type: str = "text"
    anexos: tuple[Anexo, ...] = ()
    estado: Estado = "sent"
    erro: str = field(default="", repr=False)
    apagada: bool = False
    marker: str = ""
    nota: int = 0
    comentario: str = field(default="", repr=False)
    historico: bool = False
    criada_ms: int = 0
    atualizada_ms: int = 0
    saved_ms: int = 0
    version: int = 0

    @property
    def id(self) -> str:
        return f"{self.account_id}-{self.number}-{self.message_id}"


def status_for(wanted: Situacao, known: Conversa) -> str:
    """Chatwoot's status for the plan's. "on_hold" is what it is while it is on hold, so that writing back what was read
    ends no snooze; else what it was the last time, or pending, which a customer's answer does not open."""
    if wanted != "on_hold":
        return wanted
    if known.status in ON_HOLD:
        return known.status
    return known.held_as or "pending"


def parse_id(written: str) -> tuple[int, int] | None:
    """(account_id, number) of a `Conversa.id`; None for anything else."""
    account_id, _, number = written.partition("-")
    parts = (account_id, number)
    if not all(each.isascii() and each.isdigit() and len(each) < 19 and each[0] != "0" for each in parts):
        return None
    return int(account_id), int(number)


if set(SITUACOES) != set(STATUSES):
    raise AssertionError("a status of Chatwoot without a word of ours")
