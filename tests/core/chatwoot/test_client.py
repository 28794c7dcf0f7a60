"""The client: what was asked goes out whole, and what came of it is an outcome, whatever happens on the way."""

from collections.abc import Callable

import pytest

from ponte.chatwoot import requests
from ponte.chatwoot.calls import Account, ApiCall
from ponte.chatwoot.client import ChatwootClient
from ponte.errors import FateUnknown, HostRefused, NotSent, PonteError
from ponte.http import HttpRequest, HttpResponse
from ponte.outcome import Blocked, Outcome, Succeeded, Transient, Unknown

ACCOUNT = Account("chat.zattar.example", 7, "token")
GET, CREATE = requests.get_contact(5), requests.create_contact({"name": "M"})


def raising(error: PonteError) -> Callable[[HttpRequest], HttpResponse]:
    def send(_: HttpRequest) -> HttpResponse:
        raise error

    return send


def test_the_call_goes_out_with_the_shorter_of_both_timeouts() -> None:
    seen: list[HttpRequest] = []

    def send(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse(200, {}, b'{"payload":{"id":5}}')

    client = ChatwootClient(send)
    assert client.call(ACCOUNT, GET, 3.0) == Succeeded({"payload": {"id": 5}})
    client.call(ACCOUNT, GET, 99.0)
    assert [request.timeout_seconds for request in seen] == [3.0, 15.0]
    assert seen[0].url == "https://chat.zattar.example/api/v1/accounts/7/contacts/5"


@pytest.mark.parametrize(
    ("error", "call", "outcome"),
    [
        (HostRefused(), GET, Blocked("host_refused")),
        (HostRefused("address_refused"), CREATE, Blocked("address_refused")),
        (NotSent("not_connected"), CREATE, Transient("not_connected", counts=False)),
        (NotSent("not_resolved"), GET, Transient("not_resolved", counts=False)),
        (FateUnknown("no_answer"), CREATE, Unknown("no_answer")),
        (FateUnknown("no_answer"), GET, Transient("no_answer")),
        (FateUnknown("too_slow"), requests.merge_contacts(1, 2), Unknown("too_slow")),
    ],
)
def test_what_goes_wrong_on_the_way_is_an_outcome(error: PonteError, call: ApiCall, outcome: Outcome) -> None:
    assert ChatwootClient(raising(error)).call(ACCOUNT, call, 5.0) == outcome
