"""The REST API around its routes: problems in the reader's language, bad bodies, unknown routes, our own bugs."""

import json

import pytest

from tests.core.runtime.office_api import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("path", ["/", "/nada", "/sync", "/sync/cliente/1/x", "/partes/cliente/1", "/VINCULOS"])
def test_an_unknown_route_is_404_once_the_caller_is_known(bench: Bench, path: str) -> None:
    assert bench.call("GET", path).problem == (404, "NOT_FOUND", "")
    assert bench.call("GET", path, user="").status == 401


@pytest.mark.parametrize(
    ("tipo", "number", "field"),
    [
        ("clientes", "1", "tipo"),
        ("Cliente", "1", "tipo"),
        ("cliente", "0", "id"),
        ("cliente", "01", "id"),
        ("cliente", "-1", "id"),
        ("cliente", "1e3", "id"),
        ("cliente", "\u0661", "id"),
        ("cliente", "9223372036854775808", "id"),
        ("cliente", "9" * 40, "id"),
    ],
)
def test_a_wrong_tipo_or_id_is_named(bench: Bench, tipo: str, number: str, field: str) -> None:
    assert bench.call("POST", f"/sync/{tipo}/{number}").problem == (422, "VALIDATION_ERROR", field)
    assert bench.call("GET", f"/partes/{tipo}/{number}/vinculo").problem == (422, "VALIDATION_ERROR", field)


GOOD = {"tipo_entidade": "cliente", "entidade_id": 1, "chatwoot_contact_id": 51}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", (422, "INVALID_BODY", "")),
        ("{", (422, "INVALID_BODY", "")),
        ("[]", (422, "INVALID_BODY", "")),
        ("null", (422, "INVALID_BODY", "")),
        ('{"a":' * 3000 + "1" + "}" * 3000, (422, "INVALID_BODY", "")),
        ({}, (422, "VALIDATION_ERROR", "tipo_entidade")),
        ({**GOOD, "tipo_entidade": "x"}, (422, "VALIDATION_ERROR", "tipo_entidade")),
        ({**GOOD, "entidade_id": "1"}, (422, "VALIDATION_ERROR", "entidade_id")),
        ({**GOOD, "entidade_id": True}, (422, "VALIDATION_ERROR", "entidade_id")),
        ({**GOOD, "chatwoot_contact_id": 2**63}, (422, "VALIDATION_ERROR", "chatwoot_contact_id")),
        ({**GOOD, "chatwoot_contact_id": "\ud800"}, (422, "VALIDATION_ERROR", "chatwoot_contact_id")),
        ("x" * (1024 * 1024 + 1), (413, "BODY_TOO_LARGE", "")),
    ],
)
def test_a_body_that_is_not_what_the_route_takes_is_refused(
    bench: Bench, body: object, problem: tuple[int, str, str]
) -> None:
    assert bench.call("POST", "/vinculos", body).problem == problem
    assert bench.bugs == []


def test_a_body_that_is_not_said_to_be_json_is_refused(bench: Bench) -> None:
    answer = bench.call("POST", "/vinculos", json.dumps(GOOD), content_type="text/plain")
    assert answer.problem == (415, "UNSUPPORTED_MEDIA_TYPE", "")


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ("", "Entre"),
        ("en-US,en;q=0.9", "Sign"),
        ("pt-PT, en;q=0.5", "Entre"),
        ("fr, en;q=0.1, pt;q=0.2", "Entre"),
        ("de-DE", "Entre"),
        ("en;q=0", "Entre"),
        ("en;q=oops, *", "Entre"),
    ],
)
def test_sentences_are_in_portuguese_unless_english_is_asked_for(bench: Bench, wanted: str, word: str) -> None:
    answer = bench.call("GET", "/conflitos", user="", accept_language=wanted)
    assert answer.tree["erro"]["mensagem"].startswith(word)


def test_a_bug_of_ours_is_answered_and_told_without_its_words(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("Maria, +55 31 98877-6655")

    monkeypatch.setattr(type(bench.means.dissents), "page", broken)
    answer = bench.call("GET", "/conflitos")
    assert answer.problem == (500, "INTERNAL_ERROR", "")
    assert "Maria" not in answer.text
    assert len(bench.bugs) == 1


def test_each_request_is_one_line_with_the_problems_code_and_nothing_else(bench: Bench) -> None:
    bench.call("GET", "/conflitos")
    bench.call("GET", "/nada")
    bench.down.add("silva.supabase.co")
    bench.call("GET", "/integracoes")
    assert [note for note in bench.notes if note.startswith("api ")] == [
        "api done ",
        "api refused NOT_FOUND",
        "api failed API_UNAVAILABLE",
    ]


def test_every_answer_keeps_out_of_caches(bench: Bench) -> None:
    for path in ("/conflitos", "/nada", "/openapi.json"):
        assert bench.call("GET", path).headers["cache-control"] == "no-store"


def test_the_document_lists_every_route_with_its_problems_and_needs_no_token(bench: Bench) -> None:
    answer = bench.call("GET", "/openapi.json", user="")
    assert answer.status == 200
    routes = {f"{method.upper()} {path}" for path, item in answer.tree["paths"].items() for method in item}
    assert routes == {
        "GET /conflitos",
        "GET /conversas",
        "POST /conversas",
        "PATCH /conversas/{id}",
        "GET /conversas/{id}/mensagens",
        "POST /conversas/{id}/mensagens",
        "POST /conflitos/{id}/desfazer",
        "GET /sugestoes",
        "POST /sugestoes/{id}/aceitar",
        "POST /sugestoes/{id}/recusar",
        "GET /integracoes",
        "GET /integracoes/{id}",
        "PUT /integracoes/{id}",
        "POST /integracoes/{id}/teste",
        "GET /partes/{tipo}/{id}/vinculo",
        "POST /sync/{tipo}/{id}",
        "GET /sync/jobs/{job_id}",
        "POST /vinculos",
        "POST /vinculos/previa",
        "DELETE /vinculos/{tipo}/{id}",
    }
    for path, item in answer.tree["paths"].items():
        for method, operation in item.items():
            assert {"401", "422", "500", "503"} <= set(operation["responses"]), (path, method)
    assert answer.tree["components"]["securitySchemes"]["caller"]["scheme"] == "bearer"
