"""Both vendors' error tables against what their pages list: every code has its rule and its sentence, in two languages.

The lists here are copied from the pages, not from the tables they hold, so that a row that is lost or changed shows.
Sources: .../whatsapp/support/error-codes and /throughput (read 2026-06); bitrix24/b24restdocs,
_includes/system-errors.md, limits.md, oauth/error-codes.md and the methods' own pages (read 2026-11).
"""

import json
from typing import Literal

import pytest

from ponte import texts
from ponte.bitrix24 import errors as bitrix24_errors
from ponte.http import HttpResponse
from ponte.outcome import Blocked, Expired, Rejected, Transient, Unknown
from ponte.whatsapp import errors as whatsapp_errors

# Meta's advice: R try again, W a person or a setting first, N never.
type Advice = Literal["R", "W", "N"]
WHATSAPP: dict[int, Advice] = {
    **dict.fromkeys((0, 190), "W"),
    **dict.fromkeys((3, 10, *range(200, 300), 131005), "W"),
    **dict.fromkeys((1, 2, 131000, 131016, 133004, 135000), "R"),
    **dict.fromkeys((4, 80007), "R"),
    130429: "R",
    131056: "R",
    131048: "W",
    131064: "W",
    **dict.fromkeys((131049, 130472), "N"),
    131050: "N",
    131047: "N",
    131026: "N",
    130403: "N",
    131021: "N",
    131030: "W",
    131051: "N",
    131052: "N",
    131053: "N",
    131062: "N",
    131063: "W",
    **dict.fromkeys((33, 100, 131008, 131009), "N"),
    **dict.fromkeys((131031, 368, 130497), "W"),
    **dict.fromkeys((131037, 131042, 131045, 133010), "W"),
    **dict.fromkeys((131057, 2494100), "R"),
    **dict.fromkeys((132000, 132012, 132018), "N"),
    132001: "N",
    **dict.fromkeys((132005, 132007, 132015, 132016), "W"),
    **dict.fromkeys((132068, 132069), "W"),
    **dict.fromkeys((code for code in range(133000, 133017) if code != 133004), "W"),
    137000: "N",
    **dict.fromkeys((131020, 131041, *range(131201, 131216)), "N"),
}
# A person chooses another template; number and account are in order, so nothing else waits for that person.
TEMPLATES = {132005, 132007, 132015, 132016, 132068, 132069}
OUTCOMES = {"R": Transient, "W": Blocked, "N": Rejected}

BITRIX24: dict[str, tuple[int, type]] = {
    "expired_token": (401, Expired),
    "NO_AUTH_FOUND": (401, Blocked),
    "invalid_token": (401, Blocked),
    "APPLICATION_NOT_FOUND": (401, Blocked),
    "authorization_error": (401, Blocked),
    "PAYMENT_REQUIRED": (401, Blocked),
    "insufficient_scope": (403, Blocked),
    "WRONG_AUTH_TYPE": (403, Blocked),
    "INVALID_CREDENTIALS": (403, Blocked),
    "ACCESS_DENIED": (403, Blocked),
    "user_access_error": (403, Blocked),
    "ERROR_ARGUMENT": (400, Rejected),
    "NOT_ACTIVE_LINE": (400, Blocked),
    "IMCONNECTOR_NO_CORRECT_PROVIDER": (400, Blocked),
    "ERROR_EVENT_NOT_FOUND": (400, Rejected),
    "CRM_CHAT_EMPTY_CRM_DATA": (400, Rejected),
    "ERROR_METHOD_NOT_FOUND": (404, Rejected),
    "QUERY_LIMIT_EXCEEDED": (503, Transient),
    "OPERATION_TIME_LIMIT": (429, Transient),
    "OVERLOAD_LIMIT": (503, Blocked),
    "INTERNAL_SERVER_ERROR": (500, Unknown),
    "ERROR_UNEXPECTED_ANSWER": (500, Unknown),
    "PORTAL_DELETED": (500, Blocked),
    "NOT_INSTALLED": (401, Blocked),
}
OAUTH = {
    **dict.fromkeys(("invalid_grant", "invalid_client", "wrong_client", "invalid_request", "invalid_scope"), 400),
    **dict.fromkeys(("insufficient_scope", "PAYMENT_REQUIRED", "NOT_INSTALLED"), 401),
}


def graph(code: int) -> HttpResponse:
    return HttpResponse(400, {}, json.dumps({"error": {"code": code, "message": "m"}}).encode())


def rest(code: str, status: int) -> HttpResponse:
    return HttpResponse(status, {}, json.dumps({"error": code, "error_description": "d"}).encode())


@pytest.mark.parametrize("code", list(WHATSAPP))
def test_metas_codes_do_what_meta_advises(code: int) -> None:
    wanted = Rejected if code in TEMPLATES else OUTCOMES[WHATSAPP[code]]
    assert type(whatsapp_errors.classify(graph(code))) is wanted


def test_no_rule_of_metas_is_unaccounted_for() -> None:
    assert set(whatsapp_errors.RULES) == set(WHATSAPP)


@pytest.mark.parametrize("status", ["as listed", "other case", "gone"])
@pytest.mark.parametrize("code", list(BITRIX24))
def test_a_portals_codes_do_what_its_pages_say(code: str, status: str) -> None:
    http, wanted = BITRIX24[code]
    spelled = code.swapcase() if status == "other case" else code
    answered = 410 if status == "gone" and code == "PORTAL_DELETED" else http
    assert type(bitrix24_errors.classify(rest(spelled, answered))) is wanted


@pytest.mark.parametrize("code", list(OAUTH))
def test_the_token_servers_codes_need_a_person(code: str) -> None:
    assert isinstance(bitrix24_errors.classify_oauth(rest(code, OAUTH[code])), Blocked)


CODES = [
    *(f"reason.whatsapp.{code}" for code in WHATSAPP),
    *(f"reason.bitrix24.{code.lower()}" for code in (*BITRIX24, *OAUTH)),
]


@pytest.mark.parametrize("key", sorted(set(CODES)))
def test_every_code_has_a_sentence_in_portuguese_and_another_in_english(key: str) -> None:
    assert texts.knows(key)
    portuguese, english = (texts.text(key, lang, code="1", detail="d") for lang in ("pt-BR", "en"))
    assert portuguese
    assert english
    assert portuguese != english


@pytest.mark.parametrize("vendor", ["whatsapp", "bitrix24"])
@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_an_unknown_code_is_shown_as_it_is(vendor: str, lang: str) -> None:
    assert "424242" in texts.text(f"reason.{vendor}.424242", lang, code="424242", detail="d")
