"""What Zattar knows of a person, as values, and which differences between two states of one matter to the bridge.

Domain words stay Zattar's. Texts are as written in the row, without control characters; "" stands for NULL. Nothing
personal shows in a repr.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

type TipoPessoa = Literal["pf", "pj", ""]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tipo(StrEnum):
    """The three kinds of people, in the words of the mapping's `tipo_entidade`."""

    CLIENTE = "cliente"
    PARTE_CONTRARIA = "parte_contraria"
    TERCEIRO = "terceiro"

    @property
    def table(self) -> str:
        return _TABLES[self]


_TABLES = {Tipo.CLIENTE: "clientes", Tipo.PARTE_CONTRARIA: "partes_contrarias", Tipo.TERCEIRO: "terceiros"}
TIPO_OF_TABLE: Mapping[str, Tipo] = {table: tipo for tipo, table in _TABLES.items()}


class PhonePair(NamedTuple):
    """Area code and number as written, each possibly "" or punctuated; `people.brazilian_phones` makes one of them."""

    ddd: str = ""
    numero: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.ddd and not self.numero


@dataclass(frozen=True, slots=True)
class Person:
    """A row of clientes, partes_contrarias or terceiros with its address.

    tipo_pessoa: pf (a person) or pj (a company), "" where the row says neither. nome_fantasia: the social or trade
    name, whose column is nome_social_fantasia but nome_fantasia in terceiros. documento: CPF of a pf or CNPJ of a pj
    without punctuation, "" for none or for a placeholder. emails: as written, in order. emails_are_plain: False where
    the column holds anything but texts, which a write of ours would lose. tipo_parte, polo: terceiros only. ativo: None
    where terceiros do not say. municipio, estado_sigla: of the address that endereco_id names.
    updated_at: as PostgREST wrote it, since the optimistic check wants the same characters back; "" for NULL.
    """

    tipo: Tipo
    id: int
    tipo_pessoa: TipoPessoa = ""
    nome: str = field(default="", repr=False)
    nome_fantasia: str = field(default="", repr=False)
    documento: str = field(default="", repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    emails_are_plain: bool = True
    celular: PhonePair = field(default=PhonePair(), repr=False)
    residencial: PhonePair = field(default=PhonePair(), repr=False)
    comercial: PhonePair = field(default=PhonePair(), repr=False)
    endereco_id: int | None = None
    municipio: str = field(default="", repr=False)
    estado_sigla: str = field(default="", repr=False)
    ativo: bool | None = None
    situacao_pje: str = ""
    tipo_parte: str = ""
    polo: str = ""
    created_at: str = ""
    updated_at: str = ""

    @property
    def updated_at_us(self) -> int | None:
        """updated_at in microseconds since the epoch, None where there is none."""
        return instant_us(self.updated_at)


@dataclass(frozen=True, slots=True)
class Integration:
    """A row of integracoes: the credentials of one outside system, whichever its tipo.

    configuracao: by tipo; for chatwoot {api_url, api_key, account_id, default_inbox_id?, ...}, secrets in clear.
    id: a uuid. ativo: only active rows are used.
    """

    id: str
    tipo: str
    nome: str
    descricao: str = field(default="", repr=False)
    ativo: bool = True
    configuracao: Mapping[str, Any] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    created_at: str = ""
    updated_at: str = ""
    created_by_auth_id: str = ""
    updated_by_auth_id: str = ""


class Position(NamedTuple):
    """Where a walk through a table stands: the last row's updated_at as written ("" for NULL) and id."""

    updated_at: str
    id: int


RELEVANT: Mapping[str, Callable[[Person], object]] = {
    "tipo_pessoa": lambda person: person.tipo_pessoa,
    "nome": lambda person: person.nome.strip(),
    "nome_fantasia": lambda person: person.nome_fantasia.strip(),
    "documento": lambda person: person.documento,
    "emails": lambda person: tuple(email.strip().lower() for email in person.emails),
    "celular": lambda person: _digits(person.celular),
    "comercial": lambda person: _digits(person.comercial),
    "endereco_id": lambda person: person.endereco_id,
    "ativo": lambda person: person.ativo,
    "tipo_parte": lambda person: person.tipo_parte,
}
"""The fields that a contact is made of, with what counts as a difference: punctuation of phones and documents does not,
nor does the case of an e-mail. The residential phone and the rest of the row never reach Chatwoot."""

ADDRESS_RELEVANT = ("municipio", "estado_sigla")


def changes(before: Person, after: Person) -> tuple[str, ...]:
    """The names of RELEVANT fields that differ between two states of one person."""
    return tuple(name for name, of in RELEVANT.items() if of(before) != of(after))


def instant_us(timestamp: str) -> int | None:
    """Microseconds since the epoch of a timestamptz as JSON writes it, whatever its offset; None for anything else.

    Triggers and PostgREST may write the same instant with different offsets; a missing one is UTC.
    """
    try:
        moment = datetime.fromisoformat(timestamp)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        past = moment - _EPOCH
    except (ValueError, OverflowError):
        return None
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds


def _digits(pair: PhonePair) -> tuple[str, str]:
    return "".join(filter(_is_digit, pair.ddd)), "".join(filter(_is_digit, pair.numero))


def _is_digit(sign: str) -> bool:
    return sign in "0123456789"
