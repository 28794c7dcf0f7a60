"""One call of a provider as an outcome, whatever becomes of it: what every platform's client is made of."""

from collections.abc import Callable
from dataclasses import replace

from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.outcome import Blocked, Outcome, Transient, Unknown

type Classify = Callable[[HttpResponse], Outcome]


def exchange(send: Sender, request: HttpRequest, timeout_seconds: float, classify: Classify) -> Outcome:
    """Send a request and judge the answer. timeout_seconds caps the request's own.

    Without an answer: Blocked where the host is none of ours to call, Transient where nothing went out (no try is
    counted: it is an outage), Unknown where it may have arrived.
    """
    try:
        answer = send(replace(request, timeout_seconds=min(timeout_seconds, request.timeout_seconds)))
    except HostRefused as error:
        return Blocked(error.code)
    except NotSent as error:
        return Transient(error.code, counts=False)
    except FateUnknown as error:
        return Unknown(error.code)
    return classify(answer)
