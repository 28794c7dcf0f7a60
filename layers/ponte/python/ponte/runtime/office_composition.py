"""How the office bridge hangs together, beside composition.py: its workers, and what looks through its people."""

from collections.abc import Callable, Mapping
from functools import partial

from ponte.runtime.chatwoot_limits import ChatwootLimits
from ponte.runtime.contact_seats import Seats
from ponte.runtime.integrations import Integrations
from ponte.runtime.office_calls import OfficeCalls
from ponte.runtime.office_events import ChatwootEvents, OfficeWorker, ZattarEvents
from ponte.runtime.office_performer import OfficeMeans
from ponte.runtime.outside import Outside
from ponte.runtime.people_healing import Means as PeopleMeans
from ponte.runtime.redrive import ZATTAR_EVENTS, Queue
from ponte.runtime.staff import Staff
from ponte.runtime.talk_performer import TalkMeans
from ponte.storage.audit import Audit
from ponte.storage.buckets import Buckets
from ponte.storage.conversas import Conversas
from ponte.storage.dissents import Dissents
from ponte.storage.links import Links
from ponte.storage.mensagens import Mensagens
from ponte.storage.offices import Offices
from ponte.storage.people_cursors import PeopleCursors
from ponte.storage.suggestions import Suggestions
from ponte.storage.unsettled import Unsettled

OFFICE_WORKERS: Mapping[str, type[OfficeWorker]] = {worker.flow: worker for worker in (ZattarEvents, ChatwootEvents)}


def make_office_means(outside: Outside) -> OfficeMeans:
    """Everything that the office bridge's effects are performed with."""
    core = outside.tables.core
    offices = Offices(core, outside.cipher, outside.clock)
    limits = ChatwootLimits(Buckets(outside.tables.state, outside.clock), outside.clock)
    plain = OfficeCalls(offices, outside.tenant_sender, limits)
    audit = Audit(outside.tables.audit, outside.cipher)
    integrations = Integrations(offices, plain, audit, outside.clock, outside.log)
    calls = OfficeCalls(offices, outside.tenant_sender, limits, integrations.reload)
    links, dissents, suggestions = Links(core), Dissents(core), Suggestions(core)
    seats = Seats(calls, offices, links, outside.cipher, outside.clock)
    return OfficeMeans(
        calls, offices, integrations, links, dissents, audit, suggestions, seats, outside.clock, outside.tell
    )


def make_talk_means(outside: Outside, office: OfficeMeans) -> TalkMeans:
    """Everything that an office's conversations are kept and told with."""
    return TalkMeans(
        calls=office.calls,
        conversas=Conversas(outside.tables.core),
        mensagens=Mensagens(outside.tables.message),
        links=office.links,
        staff=Staff(office.calls, outside.clock),
        audit=office.audit,
        clock=outside.clock,
    )


def make_people_means(outside: Outside, queues: Callable[[str], Queue]) -> PeopleMeans:
    """What looking through offices' people stands on. A refused key is left to the workers, who take over a new one."""
    offices = Offices(outside.tables.core, outside.cipher, outside.clock)
    limits = ChatwootLimits(Buckets(outside.tables.state, outside.clock), outside.clock)
    return PeopleMeans(
        offices=offices,
        calls=OfficeCalls(offices, outside.tenant_sender, limits),
        links=Links(outside.tables.core),
        cursors=PeopleCursors(outside.tables.state, outside.clock),
        unsettled=Unsettled(outside.tables.message),
        queue=partial(queues, ZATTAR_EVENTS.field),
        clock=outside.clock,
    )
