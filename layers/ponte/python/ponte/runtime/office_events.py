"""The workers of what Zattar and Chatwoot tell: an event names a person, who is then looked at on both sides, or tells
of a conversation, which is kept."""

from functools import partial

from ponte.chatwoot import events as chatwoot_events
from ponte.chatwoot.events import ConversationEvent, MessageEvent
from ponte.chatwoot.messages import ACTIVITY
from ponte.errors import MalformedEvent
from ponte.people.links import Link
from ponte.queue.envelope import Envelope
from ponte.relays import (
    chatwoot_to_zattar,
    people_audit,
    people_matches,
    people_sync,
    talk_to_chatwoot,
    talk_to_zattar,
    zattar_to_chatwoot,
)
from ponte.relays.decisions import Decide, Decision, Finish, Step, Steps
from ponte.relays.office_effects import NoteAttempt, ReloadIntegration, SuggestPeople
from ponte.relays.people_sync import DELETED, WRITES_PER_HOUR, Subject
from ponte.relays.talk_to_chatwoot import ACCOUNT, BEGIN, SAY, SET
from ponte.runtime.execute import MAX_HITS, Performer
from ponte.runtime.integrations import TIPO
from ponte.runtime.office_audit import note_of
from ponte.runtime.office_keeping import HOUR_MS
from ponte.runtime.office_looks import SYNC
from ponte.runtime.office_performer import OfficeMeans, OfficePerformer
from ponte.runtime.outgoing_performer import OutgoingPerformer
from ponte.runtime.talk_performer import TalkMeans, TalkPerformer
from ponte.runtime.worker import Parts, Worker
from ponte.storage.claims import Claimed
from ponte.zattar import events as zattar_events
from ponte.zattar.values import Tipo

GIVEN_UP = ("reason.gave_up", "reason.crashed", "reason.fate_unknown")


class OfficeWorker(Worker):
    """Base of both."""

    def __init__(self, parts: Parts, means: OfficeMeans, talk: TalkMeans) -> None:
        super().__init__(parts)
        self._means = means
        self._talk = talk

    def _look(
        self,
        claim: Claimed,
        person: tuple[str, Tipo, int],
        *,
        insists: bool = False,
        asked: bool = False,
        only_zattar: bool = False,
        yields: bool = False,
    ) -> tuple[Decide, Performer]:
        tenant, tipo, entity_id = person
        link = self._means.links.of_person(*person)
        if link is None and not insists and self._means.links.is_unlinked(*person):
            return self._finished("SKIPPED", "unlinked")
        creating = any(claim.is_about(step) for step in people_sync.CREATIONS)
        seats, writes_left = self._means.seats.are_wanted(tenant), self._writes_left(link)
        subject = Subject(tipo, entity_id, link, insists, asked, only_zattar, creating, seats, writes_left)
        performer = OfficePerformer(self._means, tenant, tipo, entity_id, yields=yields)
        return partial(people_audit.decide, subject), performer

    def _writes_left(self, link: Link | None) -> int:
        if link is None or self.parts.clock.now_ms() - link.writes_from_ms > HOUR_MS:
            return WRITES_PER_HOUR
        return WRITES_PER_HOUR - link.writes


class ZattarEvents(OfficeWorker):
    """Rows that were touched, whoever asks for a person by name, and what the office wishes to say in Chatwoot."""

    flow = "zattar_to_chatwoot"

    def prepare(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Performer]:
        if envelope.kind == SYNC:
            asked = envelope.payload
            return self._look(
                claim,
                (envelope.scope, Tipo(str(asked["tipo"])), int(asked["entity_id"])),
                insists=bool(asked.get("insists")),
                asked=bool(asked.get("by")),
                only_zattar=not asked.get("both_sides"),
                yields=bool(asked.get("yields")),
            )
        if envelope.kind in (SAY, BEGIN, SET):
            return self._wish(envelope)
        try:
            event = zattar_events.from_payload(envelope.payload)
        except MalformedEvent:
            return self._parked("reason.malformed")
        match event:
            case zattar_events.PersonChanged(tipo=tipo, id=entity_id):
                return self._look(claim, (envelope.scope, Tipo(tipo), entity_id), only_zattar=True)
            case zattar_events.AddressChanged(tipo=tipo, id=entity_id):
                return self._look(claim, (envelope.scope, Tipo(tipo), entity_id), only_zattar=True)
            case zattar_events.IntegrationChanged(integration_tipo=tipo) if tipo == TIPO:
                return _reload, OfficePerformer(self._means, envelope.scope, "", 0)
        return self._finished("SKIPPED", envelope.kind, keep=True)

    def _wish(self, envelope: Envelope) -> tuple[Decide, Performer]:
        """In the account that it was asked for, if the office still has it: numbers mean others in another one."""
        office = self._means.offices.read(envelope.scope)
        if office is None or office.chatwoot is None:
            return self._parked("reason.chatwoot.no_integration")
        account_id = office.chatwoot.account_id
        if envelope.payload.get(ACCOUNT, account_id) != account_id:
            return self._parked("reason.office.other_account")
        number = int(envelope.payload.get("number") or 0)
        known = self._talk.conversas.read(envelope.scope, account_id, number) if number else None
        try:
            wish = talk_to_chatwoot.read(envelope.kind, envelope.payload, known)
        except MalformedEvent:
            return self._parked("reason.malformed")
        return partial(talk_to_chatwoot.decide, wish), OutgoingPerformer(self._talk, envelope.scope, account_id)


def note_given_up(means: OfficeMeans, envelope: Envelope, reason: str) -> None:
    """A row of the audit trail for an event that was parked before its relay had a say: too many tries, or a bug. It
    comes after the parking, so a crash in between leaves it out; the ledger has the parking. Raises Contended."""
    if reason not in GIVEN_UP or (person := _person_of(means, envelope)) is None:
        return
    office = means.offices.read(envelope.scope)
    account_id = office.chatwoot.account_id if office and office.chatwoot else 0
    note = note_of(NoteAttempt("failed", reason), envelope, MAX_HITS, person, account_id)
    means.audit.add(envelope.scope, note, means.clock.now_ms())


def _person_of(means: OfficeMeans, envelope: Envelope) -> tuple[str, int] | None:
    if envelope.kind == SYNC:
        return str(envelope.payload["tipo"]), int(envelope.payload["entity_id"])
    try:
        if envelope.source == "zt":
            told = zattar_events.from_payload(envelope.payload)
            if isinstance(told, zattar_events.PersonChanged | zattar_events.AddressChanged):
                return told.tipo, told.id
            return None
        heard = chatwoot_events.read(dict(envelope.payload))
    except MalformedEvent:
        return None
    if not isinstance(heard, chatwoot_events.ContactEvent):
        return None
    link = means.links.of_contact(envelope.scope, heard.account_id, heard.contact.id)
    return (link.tipo, link.entity_id) if link else None


def _may_tell_who(event: chatwoot_events.ContactEvent) -> bool:
    changed = event.changed is None or bool(event.changed & people_matches.COUNTING)
    return changed and not people_matches.traits_of(event.contact).is_empty


def _suggested(event: chatwoot_events.ContactEvent, steps: Steps) -> Decision:
    if "suggest" in steps:
        return Finish("SKIPPED", "suggested" if steps["suggest"].get("found") else "not_linked")
    return Step("suggest", SuggestPeople(event.account_id, event.contact))


def _reload(steps: Steps) -> Decision:
    return Finish() if "reload" in steps else Step("reload", ReloadIntegration())


class ChatwootEvents(OfficeWorker):
    """Contacts that were made, edited or deleted; conversations and their messages."""

    flow = "chatwoot_to_zattar"

    def prepare(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Performer]:
        try:
            event = chatwoot_events.read(dict(envelope.payload))
        except MalformedEvent:
            return self._parked("reason.malformed")
        match event:
            case chatwoot_events.ContactEvent():
                return self._contact(envelope, claim, event)
            case chatwoot_events.ConversationEvent(conversation=conversation):
                return self._conversation(envelope, event, conversation.id)
            case chatwoot_events.MessageEvent(message=message):
                if message.message_type in ("", ACTIVITY):
                    return self._finished("SKIPPED", message.message_type or "message_type", keep=True)
                return self._conversation(envelope, event, message.conversation_id)
        return self._finished("SKIPPED", envelope.kind, keep=True)

    def _conversation(
        self, envelope: Envelope, event: ConversationEvent | MessageEvent, number: int
    ) -> tuple[Decide, Performer]:
        if not number:
            return self._finished("SKIPPED", "no_conversation", keep=True)
        key = (envelope.scope, event.account_id, number)
        subject = talk_to_zattar.Subject(*key, event, envelope.received_ms, self.parts.language)
        return partial(talk_to_zattar.decide, subject), TalkPerformer(self._talk, *key)

    def _contact(
        self, envelope: Envelope, claim: Claimed, event: chatwoot_events.ContactEvent
    ) -> tuple[Decide, Performer]:
        link = self._means.links.of_contact(envelope.scope, event.account_id, event.contact.id)
        if link is None:
            # One that we have just made, before its link is kept: its own event ends that. Others are nobody of ours.
            ours = zattar_to_chatwoot.read_identifier(event.contact.identifier or "")
            if ours or event.name == "contact_deleted" or not _may_tell_who(event):
                return self._finished("SKIPPED", "not_linked_yet" if ours else "not_linked")
            return partial(_suggested, event), OfficePerformer(self._means, envelope.scope, "", 0)
        seen = chatwoot_to_zattar.contact_mark(event.contact)
        if event.name != "contact_deleted" and link.synced and seen == link.contact_mark and link.error != DELETED:
            return self._finished("SKIPPED", "in_step")
        return self._look(claim, (envelope.scope, Tipo(link.tipo), link.entity_id))
