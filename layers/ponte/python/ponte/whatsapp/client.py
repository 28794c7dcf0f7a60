"""The only I/O towards Meta's Graph API: sends what `requests` built, gives what `errors` made of the answer."""

from collections.abc import Callable
from dataclasses import replace

from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.outcome import Blocked, Outcome, Transient, Unknown
from ponte.whatsapp import errors

type Classify = Callable[[HttpResponse], Outcome]


class WhatsappClient:
    """Knows no number and keeps no token: both are in the request."""

    def __init__(self, send: Sender) -> None:
        self._send = send

    def call(self, request: HttpRequest, timeout_seconds: float, classify: Classify = errors.classify) -> Outcome:
        """One Graph call. timeout_seconds caps the request's own."""
        try:
            answer = self._send(replace(request, timeout_seconds=min(timeout_seconds, request.timeout_seconds)))
        except HostRefused:
            return Blocked("host_refused")
        except NotSent:
            return Transient("not_connected", counts=False)
        except FateUnknown as error:
            return Unknown(error.code)
        return classify(answer)
