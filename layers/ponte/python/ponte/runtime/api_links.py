"""/vinculos: a person and a contact joined by hand, shown beforehand, and parted again."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, Field

from ponte.chatwoot.values import Contact, Labels
from ponte.outcome import Succeeded
from ponte.people.links import Link
from ponte.people.shared import Dissent, Kind, Merged, Name, Shown, merge
from ponte.relays import chatwoot_to_zattar, zattar_to_chatwoot
from ponte.relays.office_effects import ReadContact
from ponte.runtime.api import Api, documented, nothing, reply
from ponte.runtime.api_access import SYNC
from ponte.runtime.api_people import MAX_ID, IdInPath, TipoInPath, Vinculo, entity_id, vinculo
from ponte.runtime.api_problems import Problem, conflict, not_found, of_outcome, unavailable
from ponte.runtime.api_sync import CALL_SECONDS, SyncDesk
from ponte.runtime.office_performer import OfficePerformer
from ponte.storage.audit import Note
from ponte.storage.links import Conflict
from ponte.zattar.values import Tipo

TRIES = 3
CAMPOS: Mapping[Name, str] = {"name": "nome", "email": "email", "phone": "telefone"}


class NovoVinculo(BaseModel):
    tipo_entidade: Tipo
    entidade_id: Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]
    chatwoot_contact_id: Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]


class Mudanca(BaseModel):
    """A field that differs, and what both sides would show. resultado: null for nothing. motivo: why one value would
    not be taken over, and would stand in the inbox of conflicts."""

    campo: Literal["nome", "email", "telefone"]
    valor_zattar: str | None
    valor_chatwoot: str | None
    resultado: str | None
    motivo: Kind | None = None


class Previa(BaseModel):
    """What a link would do. impedimento: why it cannot be made, null where it can."""

    mudancas: list[Mudanca]
    etiquetas_adicionadas: list[str]
    impedimento: str | None


def add(api: Api, desk: SyncDesk) -> None:
    """The routes of this module."""

    @api.app.post("/vinculos", responses=documented(201, Vinculo, 403, 404, 409, 502))
    def post_vinculo(novo: Annotated[NovoVinculo, Body()]) -> Response[Vinculo]:
        caller = api.caller(SYNC)
        found = _Pair(desk, caller.tenant, novo)
        if taken := found.taken():
            raise taken
        means, now = desk.means, desk.means.clock.now_ms()
        person, contact = (novo.tipo_entidade.value, novo.entidade_id), (found.account_id, found.contact.id)
        means.audit.add(caller.tenant, Note("link.made", caller.by, {"origin": "api"}, person, contact), now)
        link = Link(caller.tenant, novo.tipo_entidade.value, novo.entidade_id, found.account_id, found.contact.id)
        try:
            made = means.links.make(link, now)
        except Conflict:
            raise found.taken() or unavailable() from None
        desk.queued(caller, novo.tipo_entidade, novo.entidade_id)
        return reply(201, vinculo(made))

    @api.app.post("/vinculos/previa", responses=documented(200, Previa, 403, 404, 502))
    def post_previa(novo: Annotated[NovoVinculo, Body()]) -> Response[Previa]:
        found = _Pair(desk, api.caller(SYNC).tenant, novo)
        taken = found.taken()
        return reply(200, found.preview(taken.sentence(api.language) if taken else None))

    @api.app.delete("/vinculos/<tipo>/<id>", responses=documented(204, None, 403, 404))
    def delete_vinculo(tipo: TipoInPath, id: IdInPath) -> Response[None]:
        caller, means = api.caller(SYNC), desk.means
        for _ in range(TRIES):
            link = means.links.of_person(caller.tenant, tipo, entity_id(id))
            if link is None:
                raise not_found("id", "api.not_linked")
            now = means.clock.now_ms()
            person, contact = (link.tipo, link.entity_id), (link.account_id, link.contact_id)
            means.audit.add(caller.tenant, Note("link.ended", caller.by, {"origin": "api"}, person, contact), now)
            if means.links.unlink(link, caller.by, now):
                return nothing()
        raise unavailable()


class _Pair:
    """A person and a contact as they show now. Raises Problem: 404 with the field that names nobody, or why a system
    does not say."""

    def __init__(self, desk: SyncDesk, tenant: str, novo: NovoVinculo) -> None:
        self._links = desk.means.links
        self._tenant = tenant
        self._tipo, self._entity_id = novo.tipo_entidade, novo.entidade_id
        office = desk.means.offices.read(tenant)
        if office is None or office.chatwoot is None:
            raise Problem(409, "NO_INTEGRATION")
        self.account_id = office.chatwoot.account_id
        self.person = desk.person(tenant, novo.tipo_entidade, novo.entidade_id, "entidade_id")
        reading = OfficePerformer(desk.means, tenant, novo.tipo_entidade, novo.entidade_id)
        outcome = reading.read(ReadContact(novo.chatwoot_contact_id), CALL_SECONDS)
        if not isinstance(outcome, Succeeded):
            raise of_outcome("chatwoot", outcome)
        if outcome.result.get("gone"):
            raise not_found("chatwoot_contact_id", "api.no_contact")
        self.contact: Contact = outcome.result["contact"]
        self._labels: Labels = outcome.result["labels"]

    def taken(self) -> Problem | None:
        """Who stands in the way: the person has another contact, or the contact shows somebody else."""
        mine = self._links.of_person(self._tenant, self._tipo, self._entity_id)
        if mine and (mine.account_id, mine.contact_id) != (self.account_id, self.contact.id):
            return conflict("entidade_id", "api.taken_person", contact=mine.contact_id)
        theirs = self._links.of_contact(self._tenant, self.account_id, self.contact.id)
        if theirs and (theirs.tipo, theirs.entity_id) != (self._tipo.value, self._entity_id):
            return conflict("chatwoot_contact_id", "api.taken_contact", tipo=theirs.tipo, id=theirs.entity_id)
        return None

    def preview(self, refusal: str | None) -> Previa:
        ours = zattar_to_chatwoot.shown(self.person)
        theirs = chatwoot_to_zattar.shown(self.contact, self._labels)
        merged = merge(None, ours, theirs, partial(chatwoot_to_zattar.holds, self.person))
        return Previa(
            mudancas=list(_changes(ours, theirs, merged)),
            etiquetas_adicionadas=sorted(ours.labels - theirs.labels),
            impedimento=refusal,
        )


def _changes(ours: Shown, theirs: Shown, merged: Merged) -> "list[Mudanca]":
    dissents: dict[Name, Dissent] = {each.name: each for each in merged.dissents}
    changed = [name for name in CAMPOS if name in merged.person or name in merged.contact or name in dissents]
    return [
        Mudanca(
            campo=CAMPOS[name],  # type: ignore[arg-type]
            valor_zattar=getattr(ours, name) or None,
            valor_chatwoot=getattr(theirs, name) or None,
            resultado=getattr(merged.base, name) or None,
            motivo=dissents[name].kind if name in dissents else None,
        )
        for name in changed
    ]
