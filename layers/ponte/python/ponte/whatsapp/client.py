"""The only I/O towards Meta's Graph API: sends what `requests` built, gives what `errors` made of the answer."""

from ponte.exchange import Classify, exchange
from ponte.http import HttpRequest, Sender
from ponte.outcome import Outcome
from ponte.whatsapp import errors


class WhatsappClient:
    """Knows no number and keeps no token: both are in the request."""

    def __init__(self, send: Sender) -> None:
        self._send = send

    def call(self, request: HttpRequest, timeout_seconds: float, classify: Classify = errors.classify) -> Outcome:
        """One Graph call. timeout_seconds caps the request's own."""
        return exchange(self._send, request, timeout_seconds, classify)
