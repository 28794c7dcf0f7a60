"""PostgREST's and the gateway's answers as outcomes, and a sentence for each."""

import json
from typing import Any

import pytest

from ponte import texts
from ponte.errors import FateUnknown, HostRefused, NotSent
from ponte.http import HttpRequest, HttpResponse
from ponte.outcome import Blocked, Expired, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.zattar import answers, errors, requests, rows
from ponte.zattar.client import ZattarClient
from ponte.zattar.rest import Project
from ponte.zattar.values import Position, Tipo

from . import people_rows

PROJECT = Project("abcdefghijklmnopqrst.supabase.co", "sb_secret_inventada")


READ = requests.person(Tipo.CLIENTE, 41)


def answering(response: HttpResponse) -> ZattarClient:
    return ZattarClient(lambda _: response)


def answer(status: int, body: Any = None, **headers: str) -> HttpResponse:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def refusal(status: int, code: str, message: str = "m", details: str | None = None) -> HttpResponse:
    return answer(status, {"code": code, "message": message, "details": details, "hint": None})


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (409, "23505", Rejected),
        (409, "23503", Rejected),
        (400, "23502", Rejected),
        (400, "23514", Rejected),
        (400, "22P02", Rejected),
        (400, "428C9", Rejected),
        (400, "P0001", Rejected),
        (403, "42501", Blocked),
        (401, "42501", Blocked),
        (404, "42P01", Blocked),
        (404, "PGRST205", Blocked),
        (400, "PGRST204", Blocked),
        (400, "PGRST200", Blocked),
        (400, "42P10", Blocked),
        (401, "PGRST301", Expired),
        (401, "PGRST302", Expired),
        (401, "PGRST303", Expired),
        (503, "08006", Transient),
        (503, "53300", Transient),
        (500, "53400", Transient),
        (500, "57014", Transient),
        (500, "40P01", Transient),
        (503, "PGRST002", Transient),
        (504, "PGRST003", Transient),
        (500, "XX000", Transient),
        (500, "99999", Transient),
        (406, "PGRST116", Rejected),
        (400, "PGRST124", Rejected),
        (400, "99999", Rejected),
        (416, "PGRST103", Succeeded),
    ],
)
def test_a_code_decides(status: int, code: str, kind: type[Outcome]) -> None:
    outcome = errors.classify(refusal(status, code))
    assert isinstance(outcome, kind)
    if not isinstance(outcome, Succeeded):
        assert getattr(outcome, "code", "") == code.lower()


@pytest.mark.parametrize(
    ("status", "for_writes", "for_reads"),
    [
        (401, Expired("http_401"), Expired("http_401")),
        (402, Blocked("http_402"), Blocked("http_402")),
        (404, Blocked("http_404"), Blocked("http_404")),
        (408, Unknown("http_408"), Transient("http_408")),
        (418, Rejected("http_418"), Rejected("http_418")),
        (302, Rejected("http_302"), Rejected("http_302")),
        (500, Unknown("http_500"), Transient("http_500")),
        (502, Unknown("http_502"), Transient("http_502")),
        (522, Unknown("http_522"), Transient("http_522")),
        (540, Blocked("http_540"), Blocked("http_540")),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[]", b'{"code": 7}'])
def test_without_a_code_the_status_decides(status: int, for_writes: Outcome, for_reads: Outcome, body: bytes) -> None:
    assert errors.classify(answer(status, body)) == for_writes
    assert answering(answer(status, body)).call(PROJECT, READ, 5) == for_reads


def test_a_limit_uses_up_no_try_and_is_waited_for() -> None:
    assert errors.classify(answer(429, retry_after="7")) == Transient("http_429", 7.0, counts=False)
    assert errors.classify(answer(429, retry_after="99999")) == Transient("http_429", 900.0, counts=False)
    assert errors.classify(answer(429, retry_after="Wed, 25 Nov 2026")) == Transient("http_429", None, counts=False)


def test_the_supabase_gateway_refuses_a_key_without_a_code() -> None:
    assert errors.classify(answer(401, {"message": "Invalid API key"})) == Expired("http_401")


@pytest.mark.parametrize(
    ("status", "body", "total", "content_range"),
    [
        (200, [], None, "*/*"),
        (206, [{"id": 1}], 3573, "0-0/3573"),
        (200, [{"id": 1}], None, "0-0/*"),
        (204, None, 0, "*/0"),
    ],
)
def test_what_a_success_holds(status: int, body: Any, total: int | None, content_range: str) -> None:
    outcome = errors.classify(answer(status, body, content_range=content_range))
    assert outcome == Succeeded({"rows": body or [], "total": total})
    assert isinstance(outcome, Succeeded) and answers.total(outcome.result) == total


def test_an_answer_that_cannot_be_read_proves_nothing_of_a_write() -> None:
    assert errors.classify(answer(200, b"<html>")) == Unknown("unreadable_answer")
    assert answering(answer(200, b"<html>")).call(PROJECT, READ, 5) == Transient("unreadable_answer")


def test_a_409_tells_by_its_key_who_was_first() -> None:
    person = "Key (tipo_entidade, entidade_id)=(cliente, 41) already exists."
    contact = "Key (chatwoot_account_id, chatwoot_contact_id)=(1, 5) already exists."
    assert errors.violated_key(errors.classify(refusal(409, "23505", details=person))) == (
        "tipo_entidade",
        "entidade_id",
    )
    assert errors.violated_key(errors.classify(refusal(409, "23505", details=contact)))[1] == "chatwoot_contact_id"
    assert errors.violated_key(errors.classify(refusal(409, "23505"))) == ()
    assert errors.violated_key(errors.classify(refusal(409, "23503", details=person))) == ()


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_every_code_has_a_sentence_of_its_own(lang: str) -> None:
    failing = {code.lower() for code, verdict in errors.RULES.items() if verdict != "end"}
    codes = failing | {f"http_{status}" for status in errors.STATUSES} | {"host_refused", "unreadable_answer"}
    for code in sorted(codes):
        assert texts.knows(f"reason.zattar.{code}"), code
        assert "{" not in errors.reason(code, "o que o banco disse", lang)


def test_an_unknown_code_still_gives_a_sentence() -> None:
    assert "99999" in errors.reason("99999")


def test_a_page_knows_where_to_go_on() -> None:
    page = answers.people({"rows": [people_rows.cliente(id=1), {"nome": "x"}, people_rows.cliente(id=2)]}, Tipo.CLIENTE)
    assert [person.id for person in page.people] == [1, 2]
    assert (page.unreadable, page.position) == (1, Position("2026-11-25T10:00:00.123456+00:00", 2))
    assert not page.is_end
    assert answers.people({"rows": []}, Tipo.CLIENTE).is_end


def test_an_update_that_met_another_state_gives_nobody() -> None:
    assert answers.updated_person({"rows": []}, Tipo.CLIENTE) is None
    assert answers.integrations({"rows": [people_rows.integracao(), {"id": "x"}]})[0].tipo == "chatwoot"


def raising(error: Exception) -> ZattarClient:
    def send(request: HttpRequest) -> HttpResponse:
        raise error

    return ZattarClient(send)


@pytest.mark.parametrize(
    ("error", "of_a_read", "of_a_write"),
    [
        (NotSent(), Transient("not_connected", counts=False), Transient("not_connected", counts=False)),
        (FateUnknown("no_answer"), Transient("no_answer"), Unknown("no_answer")),
        (HostRefused(), Blocked("host_refused"), Blocked("host_refused")),
    ],
)
def test_a_write_of_unknown_fate_is_unknown_and_a_read_is_repeated(
    error: Exception, of_a_read: Outcome, of_a_write: Outcome
) -> None:
    person = rows.person(Tipo.CLIENTE, people_rows.cliente())
    assert person is not None
    write = requests.update_person(person, requests.emails_column([]))
    assert raising(error).call(PROJECT, READ, 5) == of_a_read
    assert raising(error).call(PROJECT, write, 5) == of_a_write


def test_the_client_sends_to_no_stranger_and_keeps_to_the_shorter_time() -> None:
    seen: list[HttpRequest] = []

    def send(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return answer(200, [])

    client = ZattarClient(send)
    assert client.call(Project("evil.example", "k"), READ, 5) == Blocked("host_refused")
    assert seen == []
    assert client.call(PROJECT, READ, 5) == Succeeded({"rows": [], "total": None})
    assert client.call(PROJECT, READ, 60) == Succeeded({"rows": [], "total": None})
    assert [request.timeout_seconds for request in seen] == [5, 15]
