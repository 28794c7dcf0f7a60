"""What an answer of Chatwoot means: a table from our code of it to what happens next.

Chatwoot has no codes of its own, only statuses and sentences, and the sentences of a 422 are in the account's language:
there the names under `attributes` decide. The texts of a 401 are fixed in its source and tell who is refused; Devise's,
which are not, stand under `errors` instead of `error`. 401 also means "your role may not", never 403.

A call that may be repeated is repeated when its answer is lost; any other is Unknown then, and so is a 500: it is what
the loser of a race for an email or identifier gets, but also what everything else gets that went wrong after the write.

The sentences for people are "reason.chatwoot.<code>" in the catalogue. Source: chatwoot/chatwoot 4.15.0 (f66b551c),
app/controllers/concerns/{request_exception_handler,access_token_auth_helper,ensure_current_account_helper}.rb,
config/initializers/rack_attack.rb (read 2026-11).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from itertools import combinations
from typing import Any, Literal

from ponte.chatwoot.calls import ApiCall
from ponte.chatwoot.tame import mapping, text
from ponte.http import HttpResponse
from ponte.outcome import Blocked, Expired, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.texts import text as sentence

WINDOW_SECONDS = 60.0  # rack-attack's windows of everything we call start with the minute
_MOST_WAIT_SECONDS = 3600.0
_ONLINE_WAIT_SECONDS = 60.0
_MAX_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Rule:
    """verdict: "reload" the integration's credentials and try once more; "mend": a person must act first; "never";
    "wait": a limit, no try is used up; "retry"; "probe": ask whether it was done, or retry what may be repeated.
    catalogue, status: how our own API tells of it, in the words of Zattar's error catalogue."""

    verdict: Literal["reload", "mend", "never", "wait", "retry", "probe"]
    catalogue: str
    status: int

    @property
    def retries(self) -> bool:
        """Whether it comes right without a person."""
        return self.verdict in ("reload", "wait", "retry", "probe")


_CREDENTIALS = Rule("reload", "UNAUTHORIZED", 502)
_MEND = Rule("mend", "INTEGRATION_REFUSED", 502)
_REFUSED = Rule("never", "REQUEST_REFUSED", 422)
_IDENTIFIER = Rule("never", "INVALID_IDENTIFIER", 400)
_LOST = Rule("probe", "API_TIMEOUT", 504)
_DOWN = Rule("probe", "API_UNAVAILABLE", 502)
_UNIQUE = ("email", "identifier", "phone_number")
_ATTRIBUTES = (*_UNIQUE, "name", "subscriptions", "url")


def refused_code(attributes: frozenset[str]) -> str:
    """ "refused_email+identifier" for those that can clash with another contact's; "refused" for any other mixture."""
    if attributes and attributes <= set(_UNIQUE):
        return "refused_" + "+".join(sorted(attributes))
    return f"refused_{next(iter(attributes))}" if len(attributes) == 1 and attributes <= set(_ATTRIBUTES) else "refused"


_CLASHES = [refused_code(frozenset(some)) for size in (1, 2, 3) for some in combinations(_UNIQUE, size)]

RULES: dict[str, Rule] = {
    # who we are
    "not_signed_in": _CREDENTIALS,  # no token arrived: a proxy dropped the header, or a session expired
    "invalid_access_token": _CREDENTIALS,
    "account_refused": _CREDENTIALS,  # the user is no member of the account
    "account_suspended": _MEND,
    "role_refused": _MEND,
    "bot_token": _MEND,
    "unauthorized": _MEND,  # Chatwoot's, in words we do not know
    "http_401": _MEND,  # not Chatwoot's words: something before it asks for a password
    "http_402": _MEND,  # the plan's limits, in Chatwoot's cloud
    "http_403": _MEND,
    "http_404": _MEND,  # not Chatwoot's words: the address is not that of a Chatwoot, or of one without this call
    "redirect_refused": _MEND,
    "host_refused": _MEND,
    "address_refused": _MEND,  # the name leads into a private network
    # what we asked
    "not_found": Rule("never", "CONTACT_NOT_FOUND", 404),
    **{code: _IDENTIFIER if "identifier" in code else _REFUSED for code in _CLASHES},
    **dict.fromkeys(("refused_name", "refused_url", "refused_subscriptions", "refused", "request_refused"), _REFUSED),
    **dict.fromkeys(("http_400", "http_405", "http_406", "http_409", "http_410", "http_413", "http_415"), _REFUSED),
    "contact_online": Rule("retry", "CONTACT_ONLINE", 409),
    # how much and how long
    "http_429": Rule("wait", "RATE_LIMIT", 429),
    "too_many_messages": Rule("wait", "RATE_LIMIT", 429),  # 200 a minute in one conversation
    "not_connected": Rule("retry", "API_UNAVAILABLE", 502),
    "not_resolved": Rule("retry", "API_UNAVAILABLE", 502),
    **dict.fromkeys(("no_answer", "too_slow", "http_408", "http_504", "http_524"), _LOST),
    **dict.fromkeys(("http_500", "http_502", "http_503", "http_520", "http_521", "http_522", "http_523"), _DOWN),
    "unreadable_answer": _DOWN,
    "answer_too_large": _DOWN,
}
"""Every code there is, beside "http_<status>" of statuses nobody has seen yet, which `rule_of` covers."""

_UNAUTHORIZED = {
    "Invalid Access Token": "invalid_access_token",
    "You are not authorized to access this account": "account_refused",
    "Account is suspended": "account_suspended",
    "You are not authorized to do this action": "role_refused",
    "Access to this endpoint is not authorized for bots": "bot_token",
}

_TOO_MANY = "Too many messages"  # the one sentence of a message's refusal that is fixed in the source


def rule_of(code: str) -> Rule:
    """The row of an outcome's code."""
    if found := RULES.get(code):
        return found
    if code.startswith("http_5") or not code.startswith("http_"):
        return _DOWN
    return _REFUSED


def clashing(code: str) -> frozenset[str]:
    """Which of email, identifier and phone_number another contact may already have; empty for every other code.

    They may also just be malformed: no answer tells which contact has them (chatwoot#15917), so look for it.
    """
    if code not in _CLASHES:
        return frozenset()
    return frozenset(code.removeprefix("refused_").split("+"))


def reason(code: str, detail: str = "", lang: str = "pt-BR") -> str:
    """Why, for the person who has to act on it."""
    return sentence(f"reason.chatwoot.{code}", lang, code=code, detail=detail or "-")


def classify(response: HttpResponse, call: ApiCall) -> Outcome:
    """The outcome of `call`. Succeeded.result is the decoded answer; a bare array stands under "items", an empty body
    of a call that has none, and the 404 of a record to be deleted, give {}.

    Transient: certainly not done, or harmless to repeat. Expired: read the integration again, try once with what it
    says now, then treat it as Blocked. A "not_found" may mean the account too: before many records are taken for
    deleted, ask `setup.profile`.
    """
    status = response.status
    if 200 <= status < 300:
        return _succeeded(response, call)
    if 300 <= status < 400:
        return Blocked("redirect_refused")
    answer = response.json()
    code = _code(status, answer, response, call)
    if code == "not_found" and call.method == "DELETE":
        return Succeeded({})
    return _by_rule(code, _detail(answer), response.headers, call)


def lost(code: str, call: ApiCall) -> Outcome:
    """The outcome of a call that went out and whose answer did not come."""
    return Transient(code) if call.repeatable else Unknown(code)


def _succeeded(response: HttpResponse, call: ApiCall) -> Outcome:
    if call.answers == "nothing":
        return Succeeded({})
    answer = response.json()
    if type(answer) is list:
        return Succeeded({"items": answer})
    if call.answers == "null" and response.body.strip() == b"null":
        return Succeeded({})
    return Succeeded(answer) if type(answer) is dict else lost("unreadable_answer", call)


def _code(status: int, answer: Any, response: HttpResponse, call: ApiCall) -> str:
    """One of RULES, or "http_<status>"."""
    said = mapping(answer)
    if status == 401:
        if type(said.get("errors")) is list:
            return "not_signed_in"
        return _UNAUTHORIZED.get(text(said.get("error")), "unauthorized" if said.get("error") else "http_401")
    if status == 404:
        # contact_inboxes/filter answers with an empty body, the public API with Rails' own words or page.
        theirs = said or call.family == "public" or not response.body.strip()
        return "not_found" if theirs else "http_404"
    if status == 422 and said:
        names = said.get("attributes")
        if type(names) is list:
            return refused_code(frozenset(text(name, 64) for name in names[:20]))
        if call.method == "POST" and call.path.endswith("/messages") and _TOO_MANY in text(said.get("error")):
            return "too_many_messages"
        return "contact_online" if call.method == "DELETE" and "message" in said else "request_refused"
    return f"http_{status}"


def _by_rule(code: str, detail: str, headers: Mapping[str, str], call: ApiCall) -> Outcome:
    match rule_of(code).verdict:
        case "reload":
            return Expired(code)
        case "mend":
            return Blocked(code, detail)
        case "never":
            return Rejected(code, detail)
        case "wait":
            return Transient(code, _rate_wait(headers), counts=False)
        case "retry":
            return Transient(code, _ONLINE_WAIT_SECONDS if code == "contact_online" else None)
        case "probe":
            return lost(code, call)


def _rate_wait(headers: Mapping[str, str]) -> float:
    """Seconds to the next minute by the server's own clock, and one more; a proxy's Retry-After where there is one.

    Chatwoot sends none itself. Whoever waits should spread: all wait for the same second.
    """
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit() and len(told) < 10:
        return min(float(told), _MOST_WAIT_SECONDS)
    try:
        past = parsedate_to_datetime(headers.get("date", "")).timestamp() % WINDOW_SECONDS
    except (ValueError, OverflowError):
        past = 0.0
    return WINDOW_SECONDS - past + 1.0


def _detail(answer: Any) -> str:
    """Chatwoot's own words, in the account's language: for operators, never for logs."""
    said = mapping(answer)
    return " ".join((text(said.get("message")) or text(said.get("error"))).split())[:_MAX_DETAIL]
