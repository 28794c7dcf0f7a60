"""The only I/O towards Bitrix24: sends what `requests` built, gives what `errors` made of the answer."""

from ponte.bitrix24 import errors, hosts, setup
from ponte.bitrix24.requests import RestCall
from ponte.errors import HostRefused
from ponte.exchange import Classify, exchange
from ponte.http import Sender
from ponte.outcome import Blocked, Outcome


class Bitrix24Client:
    """Knows no portal and keeps no token: both come with each call."""

    def __init__(self, send: Sender) -> None:
        self._send = send

    def rest(
        self,
        client_endpoint: str,
        access_token: str,
        call: RestCall,
        timeout_seconds: float,
        classify: Classify = errors.classify,
    ) -> Outcome:
        """One REST call. timeout_seconds caps the call's own."""
        try:
            request = call.request(client_endpoint, access_token)
        except HostRefused:
            return Blocked("host_refused")
        return exchange(self._send, request, timeout_seconds, classify)

    def refresh(
        self, server_endpoint: str, client_id: str, client_secret: str, refresh_token: str, timeout_seconds: float = 10
    ) -> Outcome:
        """A new token pair for a refresh token, which is used up by this: see errors.classify_oauth."""
        request = setup.oauth_refresh(client_id, client_secret, refresh_token, hosts.oauth_host(server_endpoint))
        return exchange(self._send, request, timeout_seconds, errors.classify_oauth)

    def app_info(self, server_endpoint: str, access_token: str, timeout_seconds: float = 5) -> Outcome:
        """What the OAuth server says of a token: whose app and which portal. The proof behind an installation."""
        request = setup.oauth_app_info(access_token, hosts.oauth_host(server_endpoint))
        return exchange(self._send, request, timeout_seconds, errors.classify)
