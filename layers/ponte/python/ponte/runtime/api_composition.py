"""How the REST API hangs together: apart from composition.py, so that no worker pays for the resolver's import."""

from ponte.runtime import api_conflicts, api_integrations, api_links, api_people, api_sync
from ponte.runtime.api import Api
from ponte.runtime.api_access import Access
from ponte.runtime.api_sync import SyncDesk
from ponte.runtime.composition import Outside, make_office_means
from ponte.runtime.redrive import ZATTAR_EVENTS
from ponte.runtime.settings import Settings
from ponte.storage.jobs import Jobs
from ponte.storage.quotas import Quotas


def make_office_api(outside: Outside, settings: Settings) -> Api:
    """The API of the office bridge: Zattar's users are its callers."""
    means = make_office_means(outside)
    access = Access(means.offices, means.calls, outside.clock, outside.log)
    api = Api(
        lambda _, headers: access.caller(headers), outside.bug, settings.language, title="Ponte: Zattar e Chatwoot"
    )
    jobs, quotas = Jobs(outside.tables.message), Quotas(outside.tables.state, outside.clock)
    desk = SyncDesk(means, jobs, quotas, outside.queue(ZATTAR_EVENTS.field), outside.owner)
    api_people.add(api, means)
    api_sync.add(api, desk)
    api_links.add(api, desk)
    api_integrations.add(api, means)
    api_conflicts.add(api, means.dissents)
    return api
