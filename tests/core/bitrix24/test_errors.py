"""Every answer of a portal and of the OAuth server has its outcome."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.bitrix24 import errors
from ponte.http import HttpResponse
from ponte.outcome import Blocked, Expired, Moved, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.texts.bitrix24_reasons import TEXTS

from . import samples

MOVED = Moved("https://contoso-novo.bitrix24.com.br/rest/imconnector.send.messages.json")
FAILURES: dict[str, Outcome] = {
    "error_302_portal_renamed": MOVED,
    "error_302_foreign_host": Rejected("redirect_refused"),
    "error_expired_token": Expired("expired_token"),
    "error_no_auth_found": Blocked("no_auth_found"),
    "error_invalid_token": Blocked("invalid_token"),
    "error_application_not_found": Blocked("application_not_found"),
    "error_payment_required": Blocked("payment_required"),
    "error_insufficient_scope": Blocked("insufficient_scope"),
    "error_wrong_auth_type": Blocked("wrong_auth_type"),
    "error_access_denied_plan": Blocked("access_denied"),
    "error_invalid_credentials": Blocked("invalid_credentials"),
    "error_user_access_error": Blocked("user_access_error"),
    "error_overload_limit": Blocked("overload_limit"),
    "error_portal_deleted": Blocked("portal_deleted"),
    "error_not_active_line": Blocked("not_active_line"),
    "error_no_correct_provider": Blocked("imconnector_no_correct_provider"),
    "error_query_limit_exceeded": Transient("query_limit_exceeded", 2.0, counts=False),
    "error_operation_time_limit": Transient("operation_time_limit", 60.0, counts=False),
    "error_internal": Unknown("internal_server_error"),
    "error_html_503": Unknown("http_503"),
    "error_method_not_found": Rejected("error_method_not_found"),
    "error_argument_messages": Rejected("error_argument"),
    "error_argument_structure": Rejected("error_argument"),
    "error_event_not_found": Rejected("error_event_not_found"),
    "dialog_get_400": Rejected("access_error"),
    "crm_chat_getlastid_400": Rejected("crm_chat_empty_crm_data"),
    "crm_message_add_400": Rejected("chat_not_in_crm"),
    "register_200_error": Rejected("connector_id_required"),
    "unregister_200_error": Rejected("application_unregistration_error"),
    "oauth_error_invalid_grant": Blocked("invalid_grant"),
    "oauth_error_invalid_client": Blocked("invalid_client"),
    "oauth_error_wrong_client": Blocked("wrong_client"),
    "oauth_error_invalid_request": Blocked("invalid_request"),
    "oauth_error_invalid_scope": Blocked("invalid_scope"),
    "oauth_error_payment_required": Blocked("payment_required"),
    "oauth_error_html_502": Unknown("http_502"),
}
TOKEN_ANSWERS = {name for name in samples.RESPONSES if name.startswith("oauth_")} - {"oauth_app_info_200"}
SEND_ANSWERS = {name for name in samples.RESPONSES if name.startswith("send_messages_")}


def answer(status: int, body: Any = None, headers: dict[str, str] | None = None) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, headers or {}, raw)


def without_detail(outcome: Outcome) -> Outcome:
    return type(outcome)(outcome.code) if isinstance(outcome, Rejected | Blocked) else outcome


@pytest.mark.parametrize("name", samples.RESPONSES)
def test_every_sample_has_its_outcome(name: str) -> None:
    response = samples.response(name)
    outcome = errors.classify_oauth(response) if name in TOKEN_ANSWERS else errors.classify(response)
    if name in FAILURES:
        assert without_detail(outcome) == FAILURES[name]
    elif name == "error_event_already_bound":
        assert outcome == Succeeded({"result": True})
    elif name in TOKEN_ANSWERS:
        assert isinstance(outcome, Succeeded)
    else:
        assert outcome == Succeeded(response.json())


def test_a_refusal_keeps_the_portals_words_for_people() -> None:
    outcome = errors.classify(samples.response("error_argument_messages"))
    assert outcome == Rejected("error_argument", "Argument 'MESSAGES' is null or empty")


SENT = {"chat_id": "1767", "session_id": "323", "bitrix_user_id": "585", "files": 0}


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("send_messages_200", Succeeded(SENT)),
        ("send_messages_200_file", Succeeded(SENT | {"files": 1})),
        ("send_messages_200_two", Succeeded(SENT)),
        ("send_messages_200_no_session", Unknown("no_session")),
        ("send_messages_200_false_legacy", Blocked("not_active_line")),
        ("error_not_active_line", Blocked("not_active_line", "The line with this ID is inactive or does not exist")),
        ("error_expired_token", Expired("expired_token")),
        ("error_302_portal_renamed", MOVED),
        ("error_html_503", Unknown("http_503")),
    ],
)
def test_a_send_succeeds_only_when_its_message_got_a_session(name: str, outcome: Outcome) -> None:
    assert errors.classify_send(samples.response(name)) == outcome


def test_an_answer_that_tells_nothing_of_files_counts_none() -> None:
    element = {"SUCCESS": True, "user": 585, "session": {"ID": 323, "CHAT_ID": 1767}}
    outcome = errors.classify_send(answer(200, {"result": {"SUCCESS": True, "DATA": {"RESULT": [element]}}}))
    assert isinstance(outcome, Succeeded)
    assert "files" not in outcome.result


def test_each_message_of_a_send_has_an_outcome_of_its_own() -> None:
    outcomes = errors.classify_send_elements(samples.response("send_messages_200_item_failed"))
    assert outcomes == (Succeeded(SENT), Rejected("message_refused", "Not all the required data is transmitted"))
    assert errors.classify_send_elements(samples.response("error_html_503")) == Unknown("http_503")


@pytest.mark.parametrize("name", ["error_not_active_line", "send_messages_200_false_legacy"])
def test_a_line_switched_on_moments_ago_is_given_some_seconds(name: str) -> None:
    outcome = errors.classify_send(samples.response(name), just_activated=True)
    assert outcome == Transient("not_active_line", 5.0, counts=False)


@pytest.mark.parametrize(
    "result",
    [
        None,
        [],
        True,
        {"SUCCESS": True},
        {"SUCCESS": True, "DATA": []},
        {"SUCCESS": True, "DATA": {"RESULT": []}},
        {"SUCCESS": True, "DATA": {"RESULT": ["x"]}},
        {"SUCCESS": True, "DATA": {"RESULT": [{"session": {"CHAT_ID": "5"}}]}},
        {"SUCCESS": "yes"},
    ],
)
def test_a_send_whose_answer_cannot_be_read_may_have_happened(result: Any) -> None:
    assert errors.classify_send(answer(200, {"result": result})) == Unknown("unreadable_answer")


def test_results_in_a_map_are_read_like_results_in_a_list() -> None:
    element = {"SUCCESS": True, "user": 585, "message": {"files": []}, "session": {"ID": 323, "CHAT_ID": 1767}}
    assert errors.classify_send(answer(200, {"result": {"SUCCESS": True, "DATA": {"RESULT": {"0": element}}}})) == (
        Succeeded(SENT)
    )


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (answer(401, {"error": "EXPIRED_TOKEN"}), Expired("expired_token")),
        (answer(200, {"error": "QUERY_LIMIT_EXCEEDED"}), Transient("query_limit_exceeded", 2.0, counts=False)),
        (answer(410, {"error": "PORTAL_DELETED"}), Blocked("portal_deleted")),
        (answer(500, {"error": "ERROR_UNEXPECTED_ANSWER"}), Unknown("error_unexpected_answer")),
        (answer(500, {"error": "ERROR_CORE"}), Unknown("error_core")),
        (answer(400, {"error": "ERROR_CORE", "error_description": "no"}), Rejected("error_core", "no")),
        (answer(400, {"error": "0", "error_description": "no"}), Rejected("http_400", "no")),
        (answer(400, {"error": "", "error_description": "no"}), Rejected("http_400", "no")),
        (answer(200, {"error": 0, "result": True}), Succeeded({"error": 0, "result": True})),
        (answer(401, {"error": "SOMETHING_NEW"}), Blocked("something_new")),
        (answer(401, b"<html>"), Blocked("http_401")),
        (answer(403, b"<html>"), Blocked("http_403")),
        (answer(404, b"<html>"), Rejected("http_404")),
        (answer(408, b""), Unknown("http_408")),
        (answer(429, b"", {"retry-after": "7"}), Transient("http_429", 7.0, counts=False)),
        (answer(429, b"", {"retry-after": "soon"}), Transient("http_429", 2.0, counts=False)),
        (answer(500, b"<html>"), Unknown("http_500")),
        (answer(502, {"message": "Bad Gateway"}), Unknown("http_502")),
        (answer(504, b""), Unknown("http_504")),
        (answer(200, b"<html>"), Unknown("unreadable_answer")),
        (answer(200, b""), Unknown("unreadable_answer")),
        (answer(200, [1]), Unknown("unreadable_answer")),
        (answer(200, {}), Unknown("unreadable_answer")),
        (answer(200, b"[" * 100_000), Unknown("unreadable_answer")),
        (answer(302, b""), Rejected("redirect_refused")),
        (answer(302, b"", {"location": "/rest/x.json"}), Rejected("redirect_refused")),
        (answer(302, b"", {"location": "http://x.bitrix24.com/rest/x.json"}), Rejected("redirect_refused")),
        (answer(302, b"", {"location": "https://x.bitrix24.com/auth/?x"}), Rejected("redirect_refused")),
        (
            answer(308, b"", {"location": "https://X.bitrix24.com/rest/a.json?auth=t"}),
            Moved("https://x.bitrix24.com/rest/a.json"),
        ),
    ],
)
def test_answers_no_sample_shows(response: HttpResponse, outcome: Outcome) -> None:
    assert errors.classify(response) == outcome


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        ({"time": {"operating_reset_at": 1773266593, "finish": 1773265994.5}}, {}, 598.5),
        ({"time": {"operating_reset_at": 1773266000, "start": 1773265993}}, {}, 7.0),
        ({"time": {"operating_reset_at": 1773266000, "finish": 1773266500}}, {}, 1.0),
        ({"time": {"operating_reset_at": 1773269999, "finish": 1773265994}}, {}, 660.0),
        ({"time": {"operating_reset_at": 1773265998}}, {"date": "Wed, 11 Mar 2026 21:53:13 GMT"}, 5.0),
        ({"time": {"operating_reset_at": 1773265998}}, {"date": "nonsense"}, 60.0),
        ({"time": {"finish": 1773265994}}, {}, 60.0),
        ({"time": []}, {}, 60.0),
    ],
)
def test_a_method_out_of_running_time_waits_until_the_portals_own_clock_says(
    body: dict[str, Any], headers: dict[str, str], wait: float
) -> None:
    outcome = errors.classify(answer(429, {"error": "OPERATION_TIME_LIMIT", **body}, headers))
    assert outcome == Transient("operation_time_limit", wait, counts=False)


def test_a_refresh_gives_the_pair_and_the_portals_address_now() -> None:
    outcome = errors.classify_oauth(samples.response("oauth_refresh_200_renamed_portal"))
    assert isinstance(outcome, Succeeded)
    assert outcome.result["access_token"] == "6603bef10071b0008440001b8990f307"
    assert outcome.result["refresh_token"] == "664029bd0071b0008440001b8caff7db"
    assert outcome.result["client_endpoint"] == "https://contoso-novo.bitrix24.com.br/rest/"
    assert outcome.result["domain"] == "contoso-novo.bitrix24.com.br"
    assert (outcome.result["expires_in"], outcome.result["expires_at"]) == (3600, 1773762761)


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (answer(200, {"access_token": "a"}), Unknown("unreadable_answer")),
        (answer(200, {"access_token": ["a"], "refresh_token": "r"}), Unknown("unreadable_answer")),
        (answer(200, b"<html>"), Unknown("unreadable_answer")),
        (answer(400, {"error": "INVALID_GRANT"}), Blocked("invalid_grant")),
        (answer(400, {"error": "something_new"}), Rejected("something_new")),
        (answer(503, {"error": "QUERY_LIMIT_EXCEEDED"}), Transient("query_limit_exceeded", 2.0, counts=False)),
        (answer(302, b"", {"location": "https://x.bitrix24.com/rest/"}), Rejected("redirect_refused")),
        (answer(429, b""), Transient("http_429", 2.0, counts=False)),
    ],
)
def test_token_answers_no_sample_shows(response: HttpResponse, outcome: Outcome) -> None:
    assert errors.classify_oauth(response) == outcome


def test_a_foreign_endpoint_in_a_token_answer_is_not_taken_over() -> None:
    body = {"access_token": "a", "refresh_token": "r", "client_endpoint": "https://evil.example/rest/"}
    outcome = errors.classify_oauth(answer(200, body))
    assert isinstance(outcome, Succeeded)
    assert (outcome.result["client_endpoint"], outcome.result["domain"]) == ("", "")


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
bodies = st.recursive(
    leaves,
    lambda node: (
        st.lists(node, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "result",
                    "SUCCESS",
                    "DATA",
                    "RESULT",
                    "session",
                    "CHAT_ID",
                    "ERRORS",
                    "time",
                    "error_description",
                ]
            ),
            node,
        )
    ),
)


@given(st.integers(100, 599), bodies, st.dictionaries(st.sampled_from(["location", "retry-after", "date"]), st.text()))
def test_no_answer_makes_classifying_raise(status: int, body: Any, headers: dict[str, str]) -> None:
    for classify in (errors.classify, errors.classify_send, errors.classify_oauth):
        classify(answer(status, body, headers))


@pytest.mark.parametrize("code", sorted(errors.KNOWN_CODES | errors.OWN_CODES | {"default"}))
def test_every_code_has_its_sentence_in_both_languages(code: str) -> None:
    sentences = TEXTS[f"reason.bitrix24.{code}"]
    assert set(sentences) == {"pt-BR", "en"}
    assert all(sentence.format_map({"code": code, "detail": "x"}).strip() for sentence in sentences.values())
