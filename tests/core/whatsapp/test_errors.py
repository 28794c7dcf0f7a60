"""Graph's answers to outcomes, and the sentences that go with them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte import texts
from ponte.http import HttpResponse
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.texts import whatsapp_reasons
from ponte.whatsapp import errors
from ponte.whatsapp.errors import Accepted

GRAPH_SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp" / "graph"
WAMID = "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBJFRkYzNkZFMDNCMDAwMjUxMEEA"
SENDS = sorted(path.stem for path in GRAPH_SAMPLES.glob("send_*.json"))


def answer(status: int, body: Any) -> HttpResponse:
    return HttpResponse(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def sample(name: str) -> HttpResponse:
    found = json.loads((GRAPH_SAMPLES / f"{name}.json").read_text())["response"]
    return answer(found["status"], found["json"] if "json" in found else found["body"].encode())


def refusal(code: Any, status: int = 400, **more: Any) -> HttpResponse:
    return answer(status, {"error": {"message": "m", "code": code, **more}})


@pytest.mark.parametrize(
    ("name", "outcome", "code"),
    [
        ("error_100_parameter", Rejected, "100"),
        ("error_130429_throughput", Transient, "130429"),
        ("error_131009_parameter", Rejected, "131009"),
        ("error_131047_window", Rejected, "131047"),
        ("error_131053_media", Rejected, "131053"),
        ("error_131056_pair_rate", Transient, "131056"),
        ("error_131062_bsuid_not_supported", Rejected, "131062"),
        ("error_132001_template_missing", Rejected, "132001"),
        ("error_133010_not_registered", Blocked, "133010"),
        ("error_190_token", Blocked, "190"),
        ("error_2_transient", Transient, "2"),
        ("error_non_json_502", Unknown, "http_502"),
    ],
)
def test_recorded_errors(name: str, outcome: type[Any], code: str) -> None:
    for classify in (errors.classify, errors.classify_send):
        found = classify(sample(name))
        assert isinstance(found, outcome)
        assert found.code == code


@pytest.mark.parametrize("name", SENDS)
def test_recorded_sends_succeed_with_their_wamid(name: str) -> None:
    found = errors.classify_send(sample(name))
    assert isinstance(found, Succeeded)
    assert found.result["wamid"] == WAMID


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("send_text_to_phone", Accepted(WAMID, "16505551234")),
        ("send_text_to_brazil_number_wa_id_differs", Accepted(WAMID, "553188776655")),
        ("send_text_to_bsuid", Accepted(WAMID, None, "US.20558713390021774410")),
        ("send_text_to_both_phone_wins", Accepted(WAMID, "16505551234", "US.13491208655302741918")),
        ("send_template_media_header", Accepted(WAMID, "16505551234", message_status="accepted")),
    ],
)
def test_the_answer_teaches_the_recipients_ids(name: str, accepted: Accepted) -> None:
    assert errors.accepted(sample(name)) == accepted


@pytest.mark.parametrize(
    "body", [{}, {"messages": []}, {"messages": [{}]}, {"messages": [{"id": ""}]}, {"messages": {"id": "wamid.1"}}, []]
)
def test_a_success_without_a_wamid_proves_nothing(body: Any) -> None:
    assert errors.accepted(answer(200, body)) is None
    assert isinstance(errors.classify_send(answer(200, body)), Unknown)


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (answer(200, {"success": True}), Succeeded({"success": True})),
        (answer(200, {"success": False}), Rejected("not_successful")),
        (answer(200, b"<html>"), Unknown("http_200")),
        (answer(200, b""), Unknown("http_200")),
        (answer(500, b"<html>"), Unknown("http_500")),
        (answer(503, {}), Unknown("http_503")),
        (answer(500, {"error": "x"}), Unknown("http_500")),
        (answer(500, {"error": {"message": "no code"}}), Unknown("http_500")),
        (answer(504, b"["), Unknown("http_504")),
        (answer(408, b""), Unknown("http_408")),
        (answer(429, b"slow down"), Transient("http_429", None, counts=False)),
        (answer(404, b"<html>"), Rejected("http_404")),
        (answer(302, b""), Rejected("http_302")),
        (answer(400, {"error": {"message": "no code"}}), Rejected("http_400", "no code")),
        (refusal(131047, 200), Rejected("131047", "m")),
        (refusal("131047"), Rejected("131047", "m")),
        (refusal("0"), Blocked("0", "m")),
        (refusal("abc"), Rejected("http_400", "m")),
        (refusal("9" * 5_000), Rejected("http_400", "m")),
        (refusal(True), Rejected("http_400", "m")),
        (refusal(None, 200), Unknown("http_200")),
        (refusal(10**30), Rejected("http_400", "m")),
        (refusal(200), Blocked("200", "m")),
        (refusal(299), Blocked("299", "m")),
        (refusal(300), Rejected("300", "m")),
    ],
)
def test_other_answers(response: HttpResponse, outcome: Outcome) -> None:
    assert errors.classify(response) == outcome


@pytest.mark.parametrize("status", [400, 429, 500, 503])
@pytest.mark.parametrize("code", [1, 2, 131000, 131016, 133004, 135000])
def test_metas_own_faults_are_refusals_whatever_the_status(code: int, status: int) -> None:
    assert errors.classify(refusal(code, status)) == Transient(str(code))


@pytest.mark.parametrize("code", [4, 80007, 130429, 131056, 131057, 2494100])
def test_a_limit_uses_up_no_try(code: int) -> None:
    found = errors.classify(refusal(code, 429))
    assert isinstance(found, Transient)
    assert not found.counts
    assert (found.wait_seconds or 0) > 0


def test_the_pair_waits_longer_each_time_but_not_for_ever() -> None:
    waits = []
    for attempt in (0, 1, 2, 3, 4, 50):
        found = errors.classify(refusal(131056), attempt)
        assert isinstance(found, Transient)
        waits.append(found.wait_seconds)
    assert waits == [6, 6, 16, 64, 256, 256]


@pytest.mark.parametrize(
    ("response", "tries"),
    [(refusal(1), 3), (refusal(999_999, 500), 2), (refusal(999_999, is_transient=True), 2), (refusal(999_999), 0)],
    ids=["one", "unlisted_5xx", "unlisted_transient", "unlisted"],
)
def test_what_may_never_get_better_is_not_tried_for_ever(response: HttpResponse, tries: int) -> None:
    found = [isinstance(errors.classify(response, attempt), Transient) for attempt in range(6)]
    assert found == [attempt < tries for attempt in range(6)]


def test_the_detail_is_metas_with_its_support_reference() -> None:
    found = errors.classify(sample("error_100_parameter"))
    assert isinstance(found, Rejected)
    assert found.detail == "text.body: length must be at most 4096 (fbtrace_id AbCdEg)"


@given(st.integers(100, 599), st.binary(max_size=60), st.integers(0, 9))
def test_any_bytes_give_an_outcome(status: int, body: bytes, attempt: int) -> None:
    errors.classify_send(answer(status, body), attempt)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.integers(100, 599), anything, anything, anything)
def test_any_json_gives_an_outcome(status: int, code: Any, data: Any, contacts: Any) -> None:
    body = {"error": {"code": code, "error_data": data, "fbtrace_id": contacts}}
    errors.classify_send(answer(status, body))
    errors.classify_send(answer(status, {"messages": data, "contacts": contacts}))
    errors.classify_send(answer(status, {"messages": [{"id": "wamid.1"}], "contacts": [contacts]}))


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
@pytest.mark.parametrize("code", list(errors.RULES))
def test_every_code_has_a_sentence_of_its_own(code: int, lang: str) -> None:
    assert texts.knows(f"reason.whatsapp.{code}")
    sentence = errors.reason(str(code), "x", lang)
    assert sentence != errors.reason("nonsense", "x", lang)
    assert "{" not in sentence


def test_there_is_a_rule_for_every_sentence() -> None:
    codes = {key.rpartition(".")[2] for key in whatsapp_reasons.TEXTS} - {"default", "no_wamid"}
    assert codes == {str(code) for code in errors.RULES}


def test_an_unlisted_code_is_shown_with_metas_words() -> None:
    assert errors.reason("424242", "Odd {thing}") == "O WhatsApp recusou a mensagem (código 424242: Odd {thing})."
    assert errors.reason("http_404") == "O WhatsApp recusou a mensagem (código http_404: -)."


def test_both_languages_say_the_same_things() -> None:
    for key, sentences in whatsapp_reasons.TEXTS.items():
        assert set(sentences) == {"pt-BR", "en"}, key
        assert ("{detail}" in sentences["pt-BR"]) == ("{detail}" in sentences["en"]), key
