"""An app installed in a portal: proven with the OAuth server, stored encrypted, its lines joined with numbers.

What a portal's post claims is worth nothing by itself (anybody can post it): the access token in it must belong to our
app and to that very portal by the OAuth server's own word (b24restdocs, app.info; read 2026-11).
"""

import hashlib
from dataclasses import dataclass, field, replace

from ponte.bitrix24 import answers, hosts, setup
from ponte.bitrix24.install import InstallRequest
from ponte.bitrix24.values import AppInstalled, AppUpdated
from ponte.mappings import Line, MemberId, Number, Portal
from ponte.outcome import Outcome, Succeeded
from ponte.queue.envelope import Envelope
from ponte.queue.sqs import SqsQueue
from ponte.runtime.bitrix24_events import SET_UP
from ponte.runtime.observability import OutcomeLog
from ponte.runtime.perform import Means
from ponte.storage.directory import PORTAL_RATE
from ponte.storage.grants import Tokens

CALL_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a post claims. application_token: "" where the form leaves it out (older portals)."""

    member_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    server_endpoint: str
    application_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LineState:
    """What the settings page shows. problem: the vendor's code where Bitrix24 refused, else ""."""

    line: int
    number: Number | None
    works: bool
    problem: str
    free: tuple[Number, ...] = ()


class Installation:
    """Installs, updates and joins lines; used by the pages and by the event door."""

    def __init__(self, means: Means, events: SqsQueue, connector_id: str, language: str, log: OutcomeLog) -> None:
        self._means = means
        self._events = events
        self._connector_id = connector_id
        self._language = language
        self._log = log

    @property
    def connector_id(self) -> str:
        return self._connector_id

    def portal(self, member_id: str) -> Portal | None:
        """The portal as it is stored, if it is installed."""
        portal = self._means.directory.portal(member_id, fresh=True)
        return portal if portal and portal.status == "active" else None

    def install_event(self, member_id: str, event: AppInstalled | AppUpdated, application_token: str) -> bool:
        """ONAPPINSTALL or ONAPPUPDATE. False: not proven, nothing stored."""
        claimed = Claimed(
            member_id,
            event.access_token,
            event.refresh_token,
            event.expires_in,
            event.server_endpoint,
            application_token,
        )
        return self.install(claimed) is not None

    def install_page(self, request: InstallRequest) -> Portal | None:
        """The install page's post. None: not proven, nothing stored."""
        claimed = Claimed(
            request.member_id,
            request.auth_id,
            request.refresh_id,
            request.expires_in,
            request.server_endpoint or "",
            request.application_token or "",
        )
        return self.install(claimed)

    def install(self, claimed: Claimed) -> Portal | None:
        """Prove, store, and queue the set-up (register, bind), which the worker repeats until it stands."""
        owner = self.prove(claimed)
        if owner is None:
            return None
        known = self._means.directory.portal(claimed.member_id, fresh=True)
        now = self._means.clock.now_ms()
        token_hash = known.application_token_hash if known else ""
        if claimed.application_token:
            token_hash = hashlib.sha256(claimed.application_token.encode()).hexdigest()
        expires_at = now // 1000 + max(60, min(claimed.expires_in or 3600, 3600))
        portal = Portal(
            member_id=MemberId(claimed.member_id),
            domain=owner.domain,
            client_endpoint=owner.client_endpoint or hosts.endpoint_of(owner.domain),
            server_endpoint=f"https://{hosts.oauth_host(claimed.server_endpoint)}/rest/",
            application_token_hash=token_hash,
            status="active",
            crm=known.crm if known else "contact",
            rate=known.rate if known else PORTAL_RATE,
            token_expires_at=expires_at,
            version=0,
            user_id=owner.user_id,
            # An uninstalled portal starts anew: what its operators wrote meanwhile was not meant for us to send.
            installed_ms=known.installed_ms if known and known.status != "disabled" else now,
        )
        if claimed.refresh_token:
            self._means.grants.install(portal, Tokens(claimed.access_token, claimed.refresh_token, expires_at))
        elif known is None:
            return None  # an update without a refresh token for a portal we never met: nothing to live on
        else:
            self._means.grants.set_application_token(claimed.member_id, token_hash)
        self._means.directory.forget()
        mark = hashlib.sha256(claimed.access_token.encode()).hexdigest()[:16]
        envelope = Envelope("b24", claimed.member_id, f"set_up|{mark}", SET_UP, "portal", now // 1000, now)
        self._events.send([envelope], fifo=True)
        self._log("bitrix24_install", "installed", claimed.member_id)
        return portal

    def prove(self, claimed: Claimed) -> answers.GrantOwner | None:
        """Whose token it is, if it is our app's and that portal's."""
        if not claimed.access_token or not claimed.member_id:
            return None
        outcome = self._means.client.app_info(claimed.server_endpoint, claimed.access_token, CALL_SECONDS)
        if not isinstance(outcome, Succeeded):
            self._log("bitrix24_install", "not_proven", detail=str(getattr(outcome, "code", "")))
            return None
        owner = answers.grant_owner(outcome.result)
        ours = owner.client_id == self._means.secrets.read().client_id and owner.member_id == claimed.member_id
        if not ours or not owner.domain:
            self._log("bitrix24_install", "foreign_token")
            return None
        return owner

    def settle_line(self, portal: Portal, connector: str, line_id: int, chosen: str = "") -> LineState:
        """Join a line with a WhatsApp number and switch the connector on. chosen: a phone_number_id from the form."""
        number, free = self._number_for(portal, connector, line_id, chosen)
        if number is None:
            return LineState(line_id, None, works=False, problem="", free=free)
        line = self._means.directory.line(portal.member_id, connector, line_id, fresh=True)
        line = line or Line(portal.member_id, connector, line_id, number.phone_number_id, signature=True, active=True)
        self._means.directory.save_line(replace(line, phone_number_id=number.phone_number_id, active=True))
        self._means.directory.save_number(
            replace(number, member_id=portal.member_id, connector=connector, line=line_id)
        )
        phone = number.display_phone_number
        digits = "".join(c for c in phone if c.isdigit())
        calls = (
            setup.activate(connector, line_id, active=True),
            setup.connector_data_set(
                connector, line_id, data_id=number.phone_number_id, url=f"https://wa.me/{digits}", name=phone
            ),
            setup.status(connector, line_id),
        )
        outcome: Outcome | None = None
        for call in calls:
            outcome = self._means.portals.call(portal, call, CALL_SECONDS)
            if not isinstance(outcome, Succeeded):
                return LineState(line_id, number, works=False, problem=str(getattr(outcome, "code", "moved")))
        works = isinstance(outcome, Succeeded) and answers.line_works(outcome.result)
        return LineState(line_id, number, works=works, problem="")

    def _number_for(
        self, portal: Portal, connector: str, line_id: int, chosen: str
    ) -> tuple[Number | None, tuple[Number, ...]]:
        """The number that is settled for the line, or the chosen or only free one; else all free ones."""
        line = self._means.directory.line(portal.member_id, connector, line_id, fresh=True)
        if line and line.phone_number_id:
            known = self._means.directory.number(line.phone_number_id, fresh=True)
            if known is not None:
                return known, ()
        numbers = self._means.directory.numbers()
        own = [n for n in numbers if (n.member_id, n.connector, n.line) == (portal.member_id, connector, line_id)]
        if own:
            return own[0], ()
        free = tuple(n for n in numbers if not n.line and n.member_id in ("", portal.member_id))
        picked = [n for n in free if n.phone_number_id == chosen] or (list(free) if len(free) == 1 else [])
        return (picked[0], ()) if picked else (None, free)
