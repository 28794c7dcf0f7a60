"""How the REST APIs hang together: apart from composition.py, so that no worker pays for the resolver's import.

The office bridge's callers are Zattar's users. Who works on customers runs the stack, and AWS says who they are.
"""

from functools import partial

from aws_lambda_powertools.event_handler.openapi.models import APIKey, HTTPBearer

from ponte.runtime import (
    api_conflicts,
    api_conversas,
    api_integrations,
    api_links,
    api_mensagens,
    api_merges,
    api_people,
    api_suggestions,
    api_sync,
)
from ponte.runtime.api import Api
from ponte.runtime.api_access import Access, operator
from ponte.runtime.api_sync import SyncDesk
from ponte.runtime.conflicts import ConflictDesk
from ponte.runtime.observability import BugLog, OutcomeLog
from ponte.runtime.office_composition import make_office_means
from ponte.runtime.outside import Outside
from ponte.runtime.people_cases import PeopleDesk
from ponte.runtime.people_suggestions import SuggestionDesk
from ponte.runtime.redrive import ZATTAR_EVENTS
from ponte.runtime.settings import Settings
from ponte.runtime.wishes import WishDesk
from ponte.storage.conversas import Conversas
from ponte.storage.jobs import Jobs
from ponte.storage.ledger import Ledger
from ponte.storage.mensagens import Mensagens
from ponte.storage.quotas import Quotas

SIGNED = {"name": "Authorization", "in": "header", "description": "AWS Signature Version 4"}


def make_office_api(outside: Outside, settings: Settings) -> Api:
    """The API of the office bridge: Zattar's users are its callers."""
    means = make_office_means(outside)
    access = Access(means.offices, means.calls, outside.clock, outside.log)
    api = Api(
        lambda _, headers: access.caller(headers),
        outside.log,
        outside.bug,
        settings.language,
        title="Ponte: Zattar e Chatwoot",
        scheme=HTTPBearer(bearerFormat="JWT"),
    )
    jobs, quotas = Jobs(outside.tables.message), Quotas(outside.tables.state, outside.clock)
    desk = SyncDesk(means, jobs, quotas, outside.queue(ZATTAR_EVENTS.field), outside.owner)
    api_people.add(api, means)
    api_sync.add(api, desk)
    api_links.add(api, desk)
    api_integrations.add(api, means)
    api_conflicts.add(api, means.dissents, ConflictDesk(means, outside.queue(ZATTAR_EVENTS.field)))
    api_suggestions.add(api, means, SuggestionDesk(means, outside.queue(ZATTAR_EVENTS.field)))
    conversas, ledger = Conversas(outside.tables.core), Ledger(outside.tables.message)
    wishes = WishDesk(jobs, ledger, outside.queue(ZATTAR_EVENTS.field), outside.clock, outside.owner)
    api_conversas.add(api, means, conversas, wishes)
    api_mensagens.add(api, partial(api_conversas.find, means, conversas), Mensagens(outside.tables.message), wishes)
    return api


def make_people_api(desk: PeopleDesk, log: OutcomeLog, bug: BugLog, settings: Settings) -> Api:
    """The API of merges of customers. API Gateway lets only those in who sign as a principal of the account's."""
    api = Api(
        lambda event, _: operator(event),
        log,
        bug,
        settings.language,
        title="Ponte: clientes do WhatsApp",
        scheme=APIKey.model_validate(SIGNED),
        document="/pessoas/openapi.json",
    )
    api_merges.add(api, desk)
    return api
