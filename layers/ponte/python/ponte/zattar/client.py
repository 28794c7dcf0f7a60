"""The only I/O towards Zattar: sends what `requests` built, gives what `errors` made of the answer."""

from ponte.errors import HostRefused
from ponte.exchange import exchange
from ponte.http import Sender
from ponte.outcome import Blocked, Outcome, Transient, Unknown
from ponte.zattar import auth, errors
from ponte.zattar.rest import Project, RestCall


class ZattarClient:
    """Knows no office and keeps no key: both come with each call."""

    def __init__(self, send: Sender) -> None:
        self._send = send

    def call(self, project: Project, call: RestCall, timeout_seconds: float) -> Outcome:
        """One call to PostgREST; see errors.classify. timeout_seconds caps the call's own.

        A read of unknown fate is Transient: there is nothing to probe. Expired: the key was rotated.
        """
        try:
            request = call.request(project)
        except HostRefused:
            return Blocked("host_refused")
        outcome = exchange(self._send, request, timeout_seconds, errors.classify)
        return Transient(outcome.code) if call.is_read and isinstance(outcome, Unknown) else outcome

    def whose(self, project: Project, token: str, timeout_seconds: float) -> Outcome:
        """Whose access token this is; see auth.classify."""
        try:
            request = auth.whose(project, token)
        except HostRefused:
            return Blocked("host_refused")
        return auth.settled(exchange(self._send, request, timeout_seconds, auth.classify))
