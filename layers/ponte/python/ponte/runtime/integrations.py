"""An office's integration with Chatwoot, as its own Zattar says: read anew when told, when refused, and by schedule.

The table `integracoes` is the source; what lies in our Core table is a copy that webhooks are answered by. The first
active row whose settings are complete counts, oldest first, so that it is always the same one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from ponte.chatwoot import setup
from ponte.chatwoot.hosts import host_of
from ponte.clock import Clock
from ponte.outcome import Outcome, Succeeded
from ponte.runtime.observability import OutcomeLog
from ponte.runtime.office_calls import OfficeCalls
from ponte.storage.audit import Audit
from ponte.storage.offices import Chatwoot, Office, Offices
from ponte.zattar import answers, integrations, registry
from ponte.zattar.integrations import CHATWOOT, Incomplete
from ponte.zattar.values import Integration

TIPO = CHATWOOT
CALL_SECONDS = 10.0
FLOW = "integration"
FALLBACK = "CHATWOOT_*"

type State = Literal["unchanged", "changed", "none", "fallback", "incomplete", "unreachable", "no_office"]


@dataclass(frozen=True, slots=True)
class Reloaded:
    """ "none": no active row. "fallback": none either, and what an operator gave in its stead is used.
    "incomplete": rows, but each lacks something: fields of the first one in `lacks`. "unreachable": Zattar did not
    answer as asked, with the code in `lacks`; what was known stands."""

    state: State
    lacks: tuple[str, ...] = ()


class Integrations:
    """calls: that do not come back here when a key is refused."""

    def __init__(self, offices: Offices, calls: OfficeCalls, audit: Audit, clock: Clock, log: OutcomeLog) -> None:
        self._offices = offices
        self._calls = calls
        self._audit = audit
        self._clock = clock
        self._log = log

    def reload(self, tenant: str, by: str = "ponte") -> Reloaded:
        """Take over what Zattar says now. by: who asked, for the audit."""
        office = self._offices.read(tenant, fresh=True)
        if office is None:
            return Reloaded("no_office")
        outcome = self._calls.zattar(tenant, registry.integrations(TIPO), CALL_SECONDS)
        if not isinstance(outcome, Succeeded):
            self._log(FLOW, "unreachable", detail=getattr(outcome, "code", ""))
            return Reloaded("unreachable", (getattr(outcome, "code", ""),))
        rows = answers.integrations(outcome.result)
        reloaded, chatwoot = _choose(rows, office)
        if reloaded.state == "changed":
            self._audit.note(tenant, "integration.changed", by, self._clock.now_ms(), {"row": chatwoot.row_id})
            self._offices.change(tenant, lambda now: replace(now, chatwoot=_choose(rows, now)[1]))
        elif reloaded.state == "none" and office.chatwoot is not None and office.chatwoot.row_id:
            self._audit.note(tenant, "integration.ended", by, self._clock.now_ms(), {"row": office.chatwoot.row_id})
            self._offices.change(tenant, lambda now: replace(now, chatwoot=None))
        elif reloaded.state == "none" and office.chatwoot is not None:
            reloaded = Reloaded("fallback")
        self._log(FLOW, reloaded.state)
        return reloaded

    def fall_back(self, tenant: str, configuracao: Mapping[str, Any], by: str) -> Reloaded:
        """Use these credentials as long as Zattar has no active row of its own. configuracao: as in a row's."""
        office = self._offices.read(tenant, fresh=True)
        if office is None:
            return Reloaded("no_office")
        if office.chatwoot is not None and office.chatwoot.row_id:
            return Reloaded("unchanged")
        read = chatwoot_of(Integration("", TIPO, FALLBACK, configuracao=configuracao))
        if not isinstance(read, Chatwoot):
            return Reloaded("incomplete", read)
        known = office.chatwoot
        if known is not None and (known.host, known.account_id) == (read.host, read.account_id):
            read = replace(read, secrets=known.secrets, path_secrets=known.path_secrets)
        self._audit.note(tenant, "integration.fallback", by, self._clock.now_ms(), {"host": read.host})
        self._offices.change(tenant, lambda now: replace(now, chatwoot=read))
        self._log(FLOW, "fallback")
        return Reloaded("fallback")

    def subscribe(self, tenant: str, url: str, by: str) -> Outcome:
        """See that Chatwoot posts events of people and talk to `url`, and keep the secret by which it signs them.

        Needs an administrator's token. A subscription that is there already keeps its secret, and is given the events
        that it lacks; the secrets of others that were ours stay valid, so that nothing is refused in between.
        """
        listed = self._calls.chatwoot(tenant, setup.webhooks(), CALL_SECONDS)
        if not isinstance(listed, Succeeded):
            return listed
        found = next((each for each in setup.webhooks_of(listed.result) if each.url == url), None)
        if found is None:
            made = self._calls.chatwoot(tenant, setup.create_webhook(url), CALL_SECONDS)
            if not isinstance(made, Succeeded):
                return made
            found = setup.webhook_of(made.result)
        elif not found.subscriptions >= set(setup.OUR_SUBSCRIPTIONS):
            wanted = sorted(found.subscriptions | set(setup.OUR_SUBSCRIPTIONS))
            widened = self._calls.chatwoot(tenant, setup.update_webhook(found.id, url, wanted), CALL_SECONDS)
            if not isinstance(widened, Succeeded):
                return widened
        office = self._offices.read(tenant)
        if found is None or office is None or office.chatwoot is None:
            return Succeeded({"signed": False})
        known = office.chatwoot.secrets
        if found.secret and found.secret not in known:
            self._audit.note(tenant, "integration.subscribed", by, self._clock.now_ms(), {"webhook": str(found.id)})
            self._offices.change(tenant, partial(_signed_by, found.secret))
        return Succeeded({"signed": bool(found.secret), "id": found.id})


def _signed_by(secret: str, office: Office) -> Office:
    if office.chatwoot is None or secret in office.chatwoot.secrets:
        return office
    return replace(office, chatwoot=replace(office.chatwoot, secrets=(secret, *office.chatwoot.secrets)[:2]))


def _choose(rows: tuple[Integration, ...], office: Office) -> tuple[Reloaded, Chatwoot]:
    known = office.chatwoot or Chatwoot("", 0, "")
    if not rows:
        return Reloaded("none"), known
    first: tuple[str, ...] = ()
    for row in rows:
        read = chatwoot_of(row)
        if isinstance(read, Chatwoot):
            same_account = (read.host, read.account_id) == (known.host, known.account_id)
            if same_account:  # another account's subscriptions sign with secrets of their own
                read = replace(read, secrets=known.secrets, path_secrets=known.path_secrets)
            return Reloaded("unchanged" if read == known else "changed"), read
        first = first or read
    return Reloaded("incomplete", first), known


def chatwoot_of(row: Integration) -> Chatwoot | tuple[str, ...]:
    """The row's settings, or the names of what is missing or unusable in them."""
    read = integrations.chatwoot(row)
    if isinstance(read, Incomplete):
        return read.keys
    host = host_of(read.api_url)
    if not host:
        return ("api_url",)
    if not (read.api_key.isascii() and read.api_key.isprintable() and " " not in read.api_key):
        return ("api_key",)
    return Chatwoot(
        host,
        read.account_id,
        read.api_key,
        read.default_inbox_id or 0,
        read.inbox_identifier,
        row_id=row.id,
        name=row.nome,
    )
