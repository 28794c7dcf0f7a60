"""Meta's side: each finding from the outcomes that lead to it."""

from dataclasses import replace
from typing import Any

import pytest

from cli.doctor.findings import Failed, Finding
from cli.doctor.meta import AccountProbe, NumberProbe, number, numbers_known, subscription, templates, token
from cli.doctor.portal import number_joined
from ponte.mappings import MemberId, Number, PhoneNumberId
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.storage.directory import NUMBER_RATE, PAIR_RATE

NUMBER = Number(
    PhoneNumberId("106540352242922"), "1022", "+55 11 3030-4040", MemberId("m"), "c", 7, NUMBER_RATE, PAIR_RATE
)
INFO = {"platform_type": "CLOUD_API", "status": "CONNECTED", "quality_rating": "GREEN"}


def told(finding: Finding) -> tuple[str, str]:
    return finding.state, finding.key.removeprefix("doctor.")


def probe(outcome: Outcome) -> NumberProbe:
    return NumberProbe(NUMBER, outcome)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([Succeeded(INFO)], ("ok", "")),
        ([Blocked("190")], ("problem", "meta.token.invalid")),
        ([Blocked("0")], ("problem", "meta.token.invalid")),
        ([Succeeded(INFO), Blocked("190")], ("problem", "meta.token.invalid")),
        ([Blocked("10")], ("problem", "meta.token.permission")),
        ([Blocked("200")], ("problem", "meta.token.permission")),
        ([Rejected("100")], ("ok", "")),
        ([Unknown("no_answer")], ("unchecked", "no_answer")),
        ([Transient("not_connected")], ("unchecked", "no_answer")),
        ([Blocked("131031")], ("problem", "reason.whatsapp.131031")),
        ([], ("unchecked", "meta.no_number")),
    ],
)
def test_token(outcomes: list[Outcome], expected: tuple[str, str]) -> None:
    assert told(token([probe(one) for one in outcomes])) == expected


def test_no_number_is_a_problem_and_an_unread_list_is_not() -> None:
    assert told(numbers_known([])) == ("problem", "meta.no_number")
    assert told(numbers_known(Failed("AccessDenied"))) == ("unchecked", "not_asked")
    assert told(token(Failed("AccessDenied"))) == ("unchecked", "not_asked")
    assert numbers_known([probe(Succeeded(INFO))]).state == "ok"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Succeeded(INFO), ("ok", "meta.number.ok")),
        (Succeeded({"id": "1"}), ("ok", "meta.number.ok")),
        (Succeeded(INFO | {"quality_rating": "YELLOW"}), ("ok", "meta.number.ok")),
        (Succeeded(INFO | {"quality_rating": "RED"}), ("problem", "meta.number.quality")),
        (Succeeded(INFO | {"status": "BANNED"}), ("problem", "meta.number.status")),
        (Succeeded(INFO | {"platform_type": "NOT_APPLICABLE"}), ("problem", "meta.number.unregistered")),
        (Rejected("100"), ("problem", "meta.number.unseen")),
        (Rejected("33"), ("problem", "meta.number.unseen")),
        (Blocked("190"), ("unchecked", "meta.number.token")),
        (Blocked("10"), ("unchecked", "meta.number.token")),
        (Blocked("133010", "x"), ("problem", "reason.whatsapp.133010")),
        (Unknown("http_502"), ("unchecked", "no_answer")),
    ],
)
def test_number(outcome: Outcome, expected: tuple[str, str]) -> None:
    assert told(number(probe(outcome))) == expected


def test_a_phone_is_shown_masked() -> None:
    finding = number(probe(Succeeded(INFO)))
    assert finding.about == "106540352242922 (+55…4040)"
    assert "3030" not in str(finding.as_json("pt-BR"))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Succeeded({"data": [{"whatsapp_business_api_data": {"id": "1"}}]}), ("ok", "")),
        (Succeeded({"data": []}), ("problem", "meta.subscription.missing")),
        (Succeeded({}), ("problem", "meta.subscription.missing")),
        (Rejected("100"), ("problem", "meta.account_unseen")),
        (Blocked("200"), ("problem", "meta.token.permission")),
        (Blocked("190"), ("unchecked", "meta.number.token")),
        (Unknown("no_answer"), ("unchecked", "no_answer")),
    ],
)
def test_subscription(outcome: Outcome, expected: tuple[str, str]) -> None:
    assert told(subscription(AccountProbe("1022", outcome, Succeeded()))) == expected


@pytest.mark.parametrize(
    ("outcome", "more", "expected"),
    [
        (Succeeded({"data": []}), {"read": 0}, ("ok", "meta.templates.ok")),
        (Succeeded({"data": []}), {"read": 249}, ("ok", "meta.templates.ok")),
        (Succeeded({"data": []}), {"read": 250}, ("unchecked", "meta.templates.many")),
        (Succeeded({"data": []}), {"read": 300, "more": True}, ("unchecked", "meta.templates.many")),
        (Blocked("10"), {}, ("problem", "meta.token.permission")),
        (Rejected("100"), {}, ("problem", "meta.account_unseen")),
        (Transient("80007"), {}, ("unchecked", "no_answer")),
    ],
)
def test_templates(outcome: Outcome, more: dict[str, Any], expected: tuple[str, str]) -> None:
    assert told(templates(AccountProbe("1022", Succeeded(), outcome, **more))) == expected


def test_a_number_without_a_line_is_a_problem() -> None:
    assert number_joined(NUMBER).state == "ok"
    for free in (replace(NUMBER, line=0), replace(NUMBER, member_id=MemberId(""))):
        assert told(number_joined(free)) == ("problem", "meta.joined.free")
