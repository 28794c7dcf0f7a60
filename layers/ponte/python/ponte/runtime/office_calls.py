"""Calls to an office's Zattar and Chatwoot, as whom the office says now: credentials that were refused are read anew.

Both sides' secrets may be changed at any time by the office, without a word to us. So a call that is refused for its
key is made once more with what the configuration says now, if that is something else; then a person must act.
"""

from collections.abc import Callable

from ponte.chatwoot.calls import Account, ApiCall
from ponte.chatwoot.client import ChatwootClient
from ponte.errors import HostRefused
from ponte.http import Sender
from ponte.outcome import Blocked, Expired, Outcome, Transient
from ponte.runtime.chatwoot_limits import ChatwootLimits
from ponte.storage.offices import Chatwoot, Office, Offices
from ponte.zattar.client import ZattarClient
from ponte.zattar.rest import Project, RestCall

type SenderOf = Callable[[str], Sender]


class OfficeCalls:
    """sender: the way to one host and no other (runtime/tenant_hosts.py). limits: what all of ours may ask of one
    Chatwoot. reload: take over what the office's own Zattar says of its Chatwoot, asked for when Chatwoot refuses our
    token."""

    def __init__(
        self,
        offices: Offices,
        sender: SenderOf,
        limits: ChatwootLimits,
        reload: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._offices = offices
        self._sender = sender
        self._limits = limits
        self._reload = reload

    def zattar(self, tenant: str, call: RestCall, timeout_seconds: float) -> Outcome:
        def made(office: Office) -> Outcome:
            project = Project(office.zattar.host, office.zattar.key)
            return ZattarClient(self._sender(project.host)).call(project, call, timeout_seconds)

        return self._with_credentials(tenant, made, lambda office: office.zattar.key, again=False)

    def whose(self, tenant: str, token: str, timeout_seconds: float) -> Outcome:
        """Whose token this is, by the word of the office's own Zattar: zattar/auth.py."""

        def made(office: Office) -> Outcome:
            project = Project(office.zattar.host, office.zattar.key)
            return ZattarClient(self._sender(project.host)).whose(project, token, timeout_seconds)

        return self._with_credentials(tenant, made, lambda office: office.zattar.key, again=False)

    def chatwoot(self, tenant: str, call: ApiCall, timeout_seconds: float, *, yields: bool = False) -> Outcome:
        """yields: live traffic goes first; the call is not made while little is left for it."""

        def made(office: Office) -> Outcome:
            if office.chatwoot is None:
                return Blocked("no_integration")
            return self.tried(office.chatwoot, call, timeout_seconds, yields=yields)

        def token(office: Office) -> str:
            return office.chatwoot.token if office.chatwoot else ""

        return self._with_credentials(tenant, made, token, again=True)

    def tried(self, chatwoot: Chatwoot, call: ApiCall, timeout_seconds: float, *, yields: bool = False) -> Outcome:
        """With these credentials, once: those of an office, or some that are to be tried out before they are."""
        try:
            account = Account(chatwoot.host, chatwoot.account_id, chatwoot.token)
        except HostRefused:
            return Blocked("host_refused")
        wait = self._limits.wait(account.host, yields=yields)
        if wait:
            return Transient("rate", wait, counts=False)
        outcome = ChatwootClient(self._sender(account.host)).call(account, call, timeout_seconds)
        if isinstance(outcome, Transient) and outcome.code == "http_429":
            self._limits.hold(account.host, outcome.wait_seconds or 1.0)
        return outcome

    def _with_credentials(
        self, tenant: str, made: Callable[[Office], Outcome], key: Callable[[Office], str], *, again: bool
    ) -> Outcome:
        office = self._offices.read(tenant)
        if office is None:
            return Blocked("office_unknown")
        outcome = made(office)
        if not isinstance(outcome, Expired):
            return outcome
        if again:
            self._reload(tenant)
        now = self._offices.read(tenant, fresh=True)
        if now is not None and key(now) != key(office):
            outcome = made(now)
        return Blocked(outcome.code) if isinstance(outcome, Expired) else outcome
