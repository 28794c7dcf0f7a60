"""What each answer of Chatwoot leads to. The bodies are copied from its source, not from the table they hold."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte import texts
from ponte.chatwoot import errors, requests, setup
from ponte.chatwoot.calls import ApiCall
from ponte.http import HttpResponse
from ponte.outcome import Blocked, Expired, Outcome, Rejected, Succeeded, Transient, Unknown, is_outage

CREATE = requests.create_contact({"name": "M", "identifier": "zattar_cliente_1"})
UPDATE = requests.update_contact(5, {"name": "M"})
GET = requests.get_contact(5)
DELETE = requests.delete_contact(5)


def answer(status: int, body: Any = None, **headers: str) -> HttpResponse:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def message(*names: str, text: str = "Email has already been taken") -> dict[str, Any]:
    return {"message": text, "attributes": list(names)}


HTML = b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"
NOT_FOUND = {"error": "Resource could not be found"}
TAKEN = "Email has already been taken"
CASES: list[tuple[str, ApiCall, HttpResponse, Outcome]] = [
    (
        "no token arrived",
        GET,
        answer(401, {"errors": ["You need to sign in or sign up before continuing."]}),
        Expired("not_signed_in"),
    ),
    (
        "the same in Portuguese",
        GET,
        answer(401, {"errors": ["Para continuar, faça login ou registre-se."]}),
        Expired("not_signed_in"),
    ),
    ("unknown token", GET, answer(401, {"error": "Invalid Access Token"}), Expired("invalid_access_token")),
    (
        "no member",
        GET,
        answer(401, {"error": "You are not authorized to access this account"}),
        Expired("account_refused"),
    ),
    (
        "suspended",
        GET,
        answer(401, {"error": "Account is suspended"}),
        Blocked("account_suspended", "Account is suspended"),
    ),
    (
        "an agent deletes",
        DELETE,
        answer(401, {"error": "You are not authorized to do this action"}),
        Blocked("role_refused", "You are not authorized to do this action"),
    ),
    (
        "a bot's token",
        GET,
        answer(401, {"error": "Access to this endpoint is not authorized for bots"}),
        Blocked("bot_token", "Access to this endpoint is not authorized for bots"),
    ),
    ("words nobody knows", GET, answer(401, {"error": "Novo texto"}), Blocked("unauthorized", "Novo texto")),
    ("a proxy's password", GET, answer(401, b"<html>401</html>"), Blocked("http_401", "")),
    ("a firewall", CREATE, answer(403, HTML), Blocked("http_403", "")),
    (
        "the plan",
        setup.inboxes(),
        answer(402, {"error": "Account limit exceeded. Upgrade to a higher plan"}),
        Blocked("http_402", "Account limit exceeded. Upgrade to a higher plan"),
    ),
    ("gone", GET, answer(404, NOT_FOUND), Rejected("not_found", "Resource could not be found")),
    ("gone already", DELETE, answer(404, NOT_FOUND), Succeeded({})),
    ("nobody's source_id", requests.find_contact_inbox(1, "s"), answer(404), Rejected("not_found", "")),
    ("no such page", GET, answer(404, HTML), Blocked("http_404", "")),
    ("no such page to delete", DELETE, answer(404, HTML), Blocked("http_404", "")),
    ("taken email", CREATE, answer(422, message("email")), Rejected("refused_email", TAKEN)),
    (
        "taken email, in Portuguese",
        CREATE,
        answer(422, message("email", text="E-mail já está em uso")),
        Rejected("refused_email", "E-mail já está em uso"),
    ),
    ("taken phone", UPDATE, answer(422, message("phone_number")), Rejected("refused_phone_number", TAKEN)),
    ("taken identifier", CREATE, answer(422, message("identifier")), Rejected("refused_identifier", TAKEN)),
    (
        "two at once",
        CREATE,
        answer(422, message("phone_number", "email")),
        Rejected("refused_email+phone_number", TAKEN),
    ),
    (
        "all three",
        CREATE,
        answer(422, message("phone_number", "email", "identifier")),
        Rejected("refused_email+identifier+phone_number", TAKEN),
    ),
    ("a long name", CREATE, answer(422, message("name")), Rejected("refused_name", TAKEN)),
    ("a mixture", CREATE, answer(422, message("name", "email")), Rejected("refused", TAKEN)),
    ("an attribute of the future", CREATE, answer(422, message("sobrenome")), Rejected("refused", TAKEN)),
    (
        "the webhook's address",
        setup.create_webhook("https://x.example/"),
        answer(422, message("url")),
        Rejected("refused_url", TAKEN),
    ),
    (
        "an event too new",
        setup.create_webhook("https://x.example/"),
        answer(422, message("subscriptions")),
        Rejected("refused_subscriptions", TAKEN),
    ),
    (
        "a missing parameter",
        CREATE,
        answer(422, {"error": "param is missing or the value is empty: x"}),
        Rejected("request_refused", "param is missing or the value is empty: x"),
    ),
    (
        "a filter's operator",
        requests.find_by_email("a@b.br"),
        answer(422, {"error": "Invalid operator."}),
        Rejected("request_refused", "Invalid operator."),
    ),
    (
        "online",
        DELETE,
        answer(422, {"message": "Maria is Online, please try again later"}),
        Transient("contact_online", 60.0),
    ),
    ("a sentence alone", UPDATE, answer(422, {"message": "x"}), Rejected("request_refused", "x")),
    ("a 422 that is none of theirs", CREATE, answer(422, HTML), Rejected("http_422", "")),
    (
        "throttled",
        requests.search_contacts("x"),
        answer(429, b"Retry later\n"),
        Transient("http_429", 61.0, counts=False),
    ),
    (
        "throttled at :45",
        CREATE,
        answer(429, b"Retry later\n", date="Wed, 17 Jun 2026 13:01:45 GMT"),
        Transient("http_429", 16.0, counts=False),
    ),
    (
        "throttled at :00",
        CREATE,
        answer(429, b"Retry later\n", date="Wed, 17 Jun 2026 13:01:00 GMT"),
        Transient("http_429", 61.0, counts=False),
    ),
    (
        "throttled by a proxy",
        CREATE,
        answer(429, HTML, retry_after="7", date="Wed, 17 Jun 2026 13:01:45 GMT"),
        Transient("http_429", 7.0, counts=False),
    ),
    ("a proxy's day", CREATE, answer(429, HTML, retry_after="86400"), Transient("http_429", 3600.0, counts=False)),
    (
        "a proxy's nonsense",
        CREATE,
        answer(429, HTML, retry_after="-1", date="yesterday"),
        Transient("http_429", 61.0, counts=False),
    ),
    ("a lost race", CREATE, answer(500, {"status": 500, "error": "Internal Server Error"}), Unknown("http_500")),
    ("the same on an update", UPDATE, answer(500, HTML), Transient("http_500")),
    ("a gateway, reading", GET, answer(502, HTML), Transient("http_502")),
    ("a gateway, making", CREATE, answer(502, HTML), Unknown("http_502")),
    ("a status nobody has seen", CREATE, answer(599, HTML), Unknown("http_599")),
    ("a merge whose answer came late", requests.merge_contacts(1, 2), answer(504, HTML), Unknown("http_504")),
    ("moved to https://www", GET, answer(301, None, location="https://evil.example/"), Blocked("redirect_refused")),
    ("teapot", GET, answer(418, HTML), Rejected("http_418", "")),
    ("deleted", DELETE, answer(200), Succeeded({})),
    ("deleted, with words", DELETE, answer(200, HTML), Succeeded({})),
    ("a contact", GET, answer(200, {"payload": {"id": 5}}), Succeeded({"payload": {"id": 5}})),
    ("a bare array", setup.agents(), answer(200, [{"id": 1}]), Succeeded({"items": [{"id": 1}]})),
    ("an empty answer to a create", CREATE, answer(200), Unknown("unreadable_answer")),
    ("somebody's home page", GET, answer(200, HTML), Transient("unreadable_answer")),
    ("a bare word", CREATE, answer(200, "ok"), Unknown("unreadable_answer")),
]


@pytest.mark.parametrize(("call", "response", "outcome"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_answer_leads_to_what_it_means(call: ApiCall, response: HttpResponse, outcome: Outcome) -> None:
    assert errors.classify(response, call) == outcome


def test_the_words_of_a_refusal_never_decide() -> None:
    for text in ("Phone number has already been taken", "Email Invalid email", "", "Nome é muito longo"):
        outcome = errors.classify(answer(422, message("email", text=text)), CREATE)
        assert isinstance(outcome, Rejected)
        assert outcome.code == "refused_email"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("refused_identifier", {"identifier"}),
        ("refused_email+phone_number", {"email", "phone_number"}),
        ("refused_name", set()),
        ("refused", set()),
        ("not_found", set()),
    ],
)
def test_a_refusal_tells_what_may_be_somebody_elses(code: str, names: set[str]) -> None:
    assert errors.clashing(code) == names


ZATTARS = {
    "CONTACT_NOT_FOUND": ("not_found", 404, False),
    "INVALID_IDENTIFIER": ("refused_identifier", 400, False),
    "API_TIMEOUT": ("no_answer", 504, True),
    "RATE_LIMIT": ("http_429", 429, True),
}


@pytest.mark.parametrize("name", ZATTARS)
def test_zattars_own_catalogue_stands_in_the_table(name: str) -> None:
    code, status, retries = ZATTARS[name]
    rule = errors.rule_of(code)
    assert (rule.catalogue, rule.status, rule.retries) == (name, status, retries)


def test_a_lost_answer_is_a_question_only_where_repeating_would_do_it_twice() -> None:
    assert errors.lost("no_answer", CREATE) == Unknown("no_answer")
    assert errors.lost("no_answer", GET) == Transient("no_answer")
    assert is_outage(errors.lost("no_answer", GET))


@pytest.mark.parametrize("code", [*errors.RULES, "default"])
def test_every_row_has_its_sentence_in_portuguese_and_another_in_english(code: str) -> None:
    assert texts.knows(f"reason.chatwoot.{code}")
    portuguese, english = (errors.reason(code, "detalhe", lang) for lang in ("pt-BR", "en"))
    assert portuguese
    assert portuguese != english
    assert "{" not in portuguese + english


def test_no_sentence_is_left_without_its_row() -> None:
    from ponte.texts import chatwoot_reasons  # noqa: PLC0415 - the table itself, not the catalogue

    codes = {key.removeprefix("reason.chatwoot.") for key in chatwoot_reasons.TEXTS}
    assert codes - {"default"} == set(errors.RULES)


@pytest.mark.parametrize("response", [case[2] for case in CASES if case[2].status >= 300], ids=str)
def test_every_code_that_comes_out_is_in_the_table_or_a_status(response: HttpResponse) -> None:
    for call in (CREATE, GET, DELETE):
        outcome = errors.classify(response, call)
        if not isinstance(outcome, Succeeded):
            code = getattr(outcome, "code", "")
            assert code in errors.RULES or code.startswith("http_")


WORDS = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers() | st.text(max_size=9), max_size=3)
BODIES = st.fixed_dictionaries({}, optional=dict.fromkeys(("error", "errors", "message", "attributes"), WORDS))


@given(
    status=st.integers(100, 599),
    body=st.binary(max_size=40) | BODIES.map(lambda tree: json.dumps(tree).encode()),
    headers=st.dictionaries(st.sampled_from(["date", "retry-after"]), st.text(max_size=30)),
    call=st.sampled_from([CREATE, UPDATE, GET, DELETE]),
)
def test_no_answer_makes_the_judge_fail(status: int, body: bytes, headers: dict[str, str], call: ApiCall) -> None:
    outcome = errors.classify(HttpResponse(status, headers, body), call)
    if isinstance(outcome, Unknown):
        assert not call.repeatable
    if isinstance(outcome, Transient) and outcome.wait_seconds is not None:
        assert 0 <= outcome.wait_seconds <= 3600
