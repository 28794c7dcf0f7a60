"""/pessoas: customers who may be one, for whoever runs the stack: suggestions, merges with a preview, taking them back.

The very desk that `ponte people` works at. Addresses come out masked: enough to recognise somebody, not to write to
them.
"""

import datetime as dt
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import BaseModel, ConfigDict, Field

from ponte.mappings import Conversation
from ponte.runtime.api import Api, documented, reply
from ponte.runtime.api_problems import Problem, conflict, invalid, not_found
from ponte.runtime.people_cases import NoSuchCase, PeopleDesk, Preview, Profile, Suggestion
from ponte.storage.people import Merge, NotMergeable
from ponte.storage.people_cases import Case
from ponte.texts import text
from ponte.texts.masks import masked

Id = Annotated[str, Field(pattern="^[0-9A-Za-z_-]{1,64}$")]
IdInPath = Annotated[str, Path(pattern="^[0-9A-Za-z_-]{1,64}$")]


class Conflito(BaseModel):
    """A clash of addresses. entregue_a: the person who got the last message."""

    id: str
    tipo: str
    motivo: str
    pessoas: list[str]
    entregue_a: str
    phone_number_id: str
    eventos: int
    primeiro_em: str
    ultimo_em: str


class Conflitos(BaseModel):
    conflitos: list[Conflito]


class Sugestao(BaseModel):
    """conflito: what it would settle. fica: who was known for longer."""

    conflito: str
    fica: str
    absorvida: str
    grau: Literal["strong", "weak"]
    motivo: str


class Sugestoes(BaseModel):
    sugestoes: list[Sugestao]


class NovaUniao(BaseModel):
    """Either the conflict that suggests it (fica: who stays, if not the one who is suggested), or two people."""

    model_config = ConfigDict(extra="forbid")

    conflito: Id | None = None
    fica: Id | None = None
    absorvida: Id | None = None


class Endereco(BaseModel):
    tipo: str
    valor: str


class Pessoa(BaseModel):
    pessoa: str
    membros: list[str]
    nomes: list[str]
    enderecos: list[Endereco]


class Conversa(BaseModel):
    phone_number_id: str
    chat_id: str | None
    nome: str


class Previa(BaseModel):
    """seguem: the chats that get all further messages. so_respostas: those whose operators may still answer.
    impedimento: why it cannot be done."""

    fica: Pessoa
    absorvida: Pessoa
    seguem: list[Conversa]
    so_respostas: list[Conversa]
    impedimento: str | None


class Uniao(BaseModel):
    id: str
    fica: str
    absorvida: str
    por: str
    feita_em: str
    desfeita_em: str | None
    desfeita_por: str | None


class Unioes(BaseModel):
    unioes: list[Uniao]


class Separado(BaseModel):
    id: str
    estado: Literal["separado"]


def add(api: Api, desk: PeopleDesk) -> None:
    """The routes of this module."""

    @api.app.get("/pessoas/conflitos", responses=documented(200, Conflitos))
    def get_conflitos() -> Response[Conflitos]:
        found = [case for tenant in desk.tenants() for case in desk.conflicts(tenant)]
        return reply(200, Conflitos(conflitos=[_conflito(case, api.language) for case in found]))

    @api.app.post("/pessoas/conflitos/<id>/separar", responses=documented(200, Separado, 404))
    def post_separar(id: IdInPath) -> Response[Separado]:
        try:
            case = desk.keep_apart(id, api.caller().by)
        except NoSuchCase:
            raise not_found("id") from None
        return reply(200, Separado(id=case.id, estado="separado"))

    @api.app.get("/pessoas/sugestoes", responses=documented(200, Sugestoes))
    def get_sugestoes() -> Response[Sugestoes]:
        found = [each for tenant in desk.tenants() for each in desk.suggestions(tenant)]
        return reply(200, Sugestoes(sugestoes=[_sugestao(each, api.language) for each in found]))

    @api.app.get("/pessoas/unioes", responses=documented(200, Unioes))
    def get_unioes() -> Response[Unioes]:
        found = [_uniao(each) for tenant in desk.tenants() for each in desk.merges(tenant)]
        return reply(200, Unioes(unioes=found))

    @api.app.post("/pessoas/unioes/previa", responses=documented(200, Previa, 404))
    def post_previa(uniao: Annotated[NovaUniao, Body()]) -> Response[Previa]:
        tenant, survivor, absorbed = _meant(desk, uniao)
        return reply(200, _previa(desk.preview(tenant, survivor, absorbed), api.language))

    @api.app.post("/pessoas/unioes", responses=documented(201, Uniao, 404, 409))
    def post_uniao(uniao: Annotated[NovaUniao, Body()]) -> Response[Uniao]:
        tenant, survivor, absorbed = _meant(desk, uniao)
        try:
            made = desk.merge(tenant, survivor, absorbed, api.caller().by, uniao.conflito or "")
        except NoSuchCase:
            raise not_found("conflito") from None
        except NotMergeable as error:
            raise _refused(error) from None
        return reply(201, _uniao(made))

    @api.app.post("/pessoas/unioes/<id>/desfazer", responses=documented(200, Uniao, 404, 409))
    def post_desfazer(id: IdInPath) -> Response[Uniao]:
        try:
            return reply(200, _uniao(desk.undo(id, api.caller().by)))
        except NotMergeable as error:
            raise _refused(error) from None


def _meant(desk: PeopleDesk, uniao: NovaUniao) -> tuple[str, str, str]:
    """(tenant, who stays, who goes into them). Raises Problem."""
    if uniao.conflito:
        if uniao.absorvida:
            raise invalid("absorvida")
        try:
            found = desk.suggestion(uniao.conflito)
        except NoSuchCase:
            raise not_found("conflito") from None
        pair = (found.survivor, found.absorbed)
        if uniao.fica not in (None, *pair):
            raise invalid("fica")
        survivor, absorbed = pair if uniao.fica in (None, pair[0]) else (pair[1], pair[0])
        return found.tenant, survivor, absorbed
    if not uniao.fica or not uniao.absorvida:
        raise invalid("absorvida" if uniao.fica else "fica")
    try:
        tenant = desk.tenant_of(uniao.fica)
    except NoSuchCase:
        raise not_found("fica") from None
    try:
        desk.profile(tenant, uniao.absorvida)
    except NoSuchCase:
        raise not_found("absorvida") from None
    return tenant, uniao.fica, uniao.absorvida


def _refused(error: NotMergeable) -> Problem:
    key = f"people.refused.{error.code}"
    return not_found("id", key) if error.code == "not_found" else conflict("", key)


def _conflito(case: Case, language: str) -> Conflito:
    return Conflito(
        id=case.id,
        tipo=case.kind,
        motivo=text(f"people.kind.{case.kind}", language),
        pessoas=list(case.people),
        entregue_a=case.chosen,
        phone_number_id=case.phone_number_id,
        eventos=case.count,
        primeiro_em=_stamp(case.first_ms),
        ultimo_em=_stamp(case.last_ms),
    )


def _sugestao(found: Suggestion, language: str) -> Sugestao:
    return Sugestao(
        conflito=found.case,
        fica=found.survivor,
        absorvida=found.absorbed,
        grau=found.grade,
        motivo=text(f"people.kind.{found.reason}", language),
    )


def _previa(preview: Preview, language: str) -> Previa:
    return Previa(
        fica=_pessoa(preview.survivor),
        absorvida=_pessoa(preview.absorbed),
        seguem=[_conversa(each) for each in preview.going_on],
        so_respostas=[_conversa(each) for each in preview.staying],
        impedimento=text(f"people.refused.{preview.refusal}", language) if preview.refusal else None,
    )


def _pessoa(profile: Profile) -> Pessoa:
    return Pessoa(
        pessoa=profile.person,
        membros=list(profile.members),
        nomes=sorted({each.name for each in profile.conversations if each.name}),
        enderecos=[Endereco(tipo=alias.kind, valor=masked(alias.value, head=4, tail=3)) for alias in profile.aliases],
    )


def _conversa(conversation: Conversation) -> Conversa:
    return Conversa(
        phone_number_id=str(conversation.phone_number_id),
        chat_id=conversation.chat_id or None,
        nome=conversation.name,
    )


def _uniao(made: Merge) -> Uniao:
    return Uniao(
        id=made.id,
        fica=made.survivor,
        absorvida=made.absorbed,
        por=made.by,
        feita_em=_stamp(made.at_ms),
        desfeita_em=_stamp(made.undone_ms) if made.undone_ms else None,
        desfeita_por=made.undone_by or None,
    )


def _stamp(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).isoformat(timespec="milliseconds")
