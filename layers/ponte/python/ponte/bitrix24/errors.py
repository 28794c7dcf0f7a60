"""What an answer of a portal or of the OAuth server means: a table from the vendor's code to an outcome.

The code decides, the status only where there is none: 503 is both "slow down" and "blocked until support lifts it", and
errors hide in HTTP 200. Codes differ in case from place to place and are compared in lower case; gateways answer HTML
under any status. Whatever a 5xx without a code that proves the contrary did or did not do stays Unknown: never guessed.

Source: bitrix24/b24restdocs, _includes/system-errors.md, limits.md, oauth/error-codes.md and the methods' own pages;
codes only known from the vendor's SDKs and module source are marked (read 2026-11).
"""

from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from ponte.bitrix24 import hosts
from ponte.bitrix24.tame import branch, elements, integer, portal_id, scalar
from ponte.http import HttpResponse
from ponte.outcome import Blocked, Expired, Moved, Outcome, Rejected, Succeeded, Transient, Unknown

OPERATION_LIMIT_DEFAULT_S = 60.0
OPERATION_LIMIT_MAX_S = 660.0  # the limit counts over ten minutes
RATE_WAIT_S = 2.0
ACTIVATION_WAIT_S = 5.0
_MAX_DETAIL = 500


def classify(response: HttpResponse) -> Outcome:
    """The outcome of any REST call. Succeeded.result is the whole decoded body, {"result": ..., "time"?, "next"?, ...}.

    Moved only for a redirect to the same kind of address on a portal's host; every other redirect is Rejected
    ("redirect_refused"). event.bind of a handler that is bound already is Succeeded with {"result": true}.
    """
    if 300 <= response.status < 400:
        return _redirect(response)
    body = response.json()
    code = _code(body)
    if code:
        return _by_code(code, body, response)
    if response.status >= 500 or response.status == 408:
        return Unknown(f"http_{response.status}")
    if response.status >= 400:
        return _by_status(response, _detail(body))
    if not isinstance(body, dict) or "result" not in body:
        return Unknown("unreadable_answer")
    hidden = _hidden_error(body["result"])
    if hidden:
        return _by_code(hidden.lower(), body["result"], response)
    return Succeeded(body)


def classify_command(error: Any) -> Outcome:
    """The outcome of one failed command of a batch; error: its entry of `result_error`, {error, error_description}."""
    return _by_code(_code(error) or "unreadable_answer", error, HttpResponse(400, {}, b""))


def classify_send(response: HttpResponse, *, just_activated: bool = False) -> Outcome:
    """The outcome of imconnector.send.messages with one message: of its first element.

    Succeeded.result: {"chat_id", "session_id", "bitrix_user_id"}, strings, and "files", how many the portal took (left
    out where its answer does not tell). just_activated: the line was switched on moments ago, so that NOT_ACTIVE_LINE
    still means "in a few seconds".
    """
    outcome = classify_send_elements(response)
    first = outcome[0] if isinstance(outcome, tuple) else outcome
    if just_activated and isinstance(first, Blocked) and first.code == "not_active_line":
        return Transient(first.code, ACTIVATION_WAIT_S, counts=False)
    return first


def classify_send_elements(response: HttpResponse) -> tuple[Outcome, ...] | Outcome:
    """The outcomes of imconnector.send.messages, one per message in the order sent; one alone when it failed whole."""
    outcome = classify(response)
    if not isinstance(outcome, Succeeded):
        return outcome
    result = outcome.result["result"]
    if branch(result, "SUCCESS") is not True:
        # Older portals said so when connector or line were not active; nothing was taken.
        return Blocked("not_active_line") if branch(result, "SUCCESS") is False else Unknown("unreadable_answer")
    found = elements(branch(result, "DATA", "RESULT"))
    if not found:
        return Unknown("unreadable_answer")
    return tuple(_element_outcome(element) for element in found)


def _element_outcome(element: Any) -> Outcome:
    success = branch(element, "SUCCESS")
    if success is False:
        errors = elements(branch(element, "ERRORS")) or []
        said = (scalar(error) or scalar(branch(error, "message")) or scalar(branch(error, "code")) for error in errors)
        return Rejected("message_refused", "; ".join(filter(None, said))[:_MAX_DETAIL])
    session = branch(element, "session")
    chat_id, session_id = portal_id(branch(session, "CHAT_ID")), portal_id(branch(session, "ID"))
    if success is True and chat_id:
        taken = {"chat_id": chat_id, "session_id": session_id, "bitrix_user_id": portal_id(branch(element, "user"))}
        files = elements(branch(element, "message", "files"))
        return Succeeded(taken if files is None else taken | {"files": len(files)})
    # Taken, but no session could be opened: by the module's source it is shown to nobody; the history knows.
    return Unknown("no_session") if success is True else Unknown("unreadable_answer")


def classify_oauth(response: HttpResponse) -> Outcome:
    """The outcome of a token request. An error may come with HTTP 200.

    Succeeded.result: {"access_token", "refresh_token", "expires_in" (seconds), "expires_at" (unix seconds by their
    clock, 0 if not told), "client_endpoint", "server_endpoint", "domain", "member_id", "scope", "status", "user_id"};
    client_endpoint and domain are the portal's and "" unless allow-listed (the answer's own `domain` is the OAuth
    server). Unknown: the refresh token may be used up; read the store again.
    """
    if 300 <= response.status < 400:
        return Rejected("redirect_refused")
    body = response.json()
    code = _code(body)
    if code in _OAUTH:
        return _OAUTH[code](code, _detail(body))
    if code:
        return _by_code(code, body, response)
    if response.status >= 500 or response.status == 408:
        return Unknown(f"http_{response.status}")
    if response.status >= 400:
        return _by_status(response, _detail(body))
    access_token = scalar(branch(body, "access_token"), 4096)
    refresh_token = scalar(branch(body, "refresh_token"), 4096)
    if not access_token or not refresh_token:
        return Unknown("unreadable_answer")
    endpoint = hosts.client_endpoint(scalar(branch(body, "client_endpoint"), 2048))
    return Succeeded(
        {
            "access_token": access_token,
            "refresh_token": refresh_token,
            "expires_in": integer(branch(body, "expires_in")) or 3600,
            "expires_at": integer(branch(body, "expires")) or 0,
            "client_endpoint": endpoint,
            "server_endpoint": scalar(branch(body, "server_endpoint"), 2048),
            "domain": hosts.host_of(endpoint),
            "member_id": scalar(branch(body, "member_id"), 64),
            "scope": scalar(branch(body, "scope"), 2048),
            "status": scalar(branch(body, "status"), 8),
            "user_id": scalar(branch(body, "user_id"), 20),
        }
    )


def _redirect(response: HttpResponse) -> Outcome:
    """The new address is put together from what was checked: host and method, no query."""
    location = response.headers.get("location", "")
    endpoint = hosts.client_endpoint(location)
    if not endpoint:
        return Rejected("redirect_refused")
    return Moved(endpoint + urlsplit(location).path.removeprefix("/rest").removeprefix("/"))


def _code(body: Any) -> str:
    """The vendor's word in lower case; "" where there is none, "0" being PHP's way to say so."""
    code = scalar(branch(body, "error"), 128).strip().lower()
    return "" if code == "0" else code


def _detail(body: Any) -> str:
    return scalar(branch(body, "error_description"), 4096)[:_MAX_DETAIL]


def _hidden_error(result: Any) -> str:
    """register and unregister answer 200 with {"result": false, "error": code}."""
    if isinstance(result, dict) and result.get("result") is False:
        return scalar(result.get("error"), 128).strip() or "refused"
    return ""


def _by_code(code: str, body: Any, response: HttpResponse) -> Outcome:
    detail = _detail(body)
    if code == "operation_time_limit":
        return Transient(code, _operation_wait(body, response.headers), counts=False)
    make = _REST.get(code)
    if make is not None:
        return make(code, detail)
    if "already bind" in detail.lower() or "already bound" in detail.lower():
        return Succeeded({"result": True})  # the portal has no code of its own for it, only these words
    if response.status >= 500:
        return Unknown(code)
    if response.status == 429:
        return Transient(code, _retry_after(response.headers), counts=False)
    return Blocked(code, detail) if response.status == 401 else Rejected(code, detail)


def _by_status(response: HttpResponse, detail: str) -> Outcome:
    """A 4xx without a code: a gateway's page or PHP's error 0. 401 and 403 are about us, others about the request."""
    code = f"http_{response.status}"
    if response.status == 429:
        return Transient(code, _retry_after(response.headers), counts=False)
    return Blocked(code, detail) if response.status in {401, 403} else Rejected(code, detail)


def _retry_after(headers: Mapping[str, str]) -> float:
    seconds = headers.get("retry-after", "").strip()
    return min(float(seconds), OPERATION_LIMIT_MAX_S) if seconds.isascii() and seconds.isdigit() else RATE_WAIT_S


def _operation_wait(body: Any, headers: Mapping[str, str]) -> float:
    """Seconds until `operating_reset_at`, counted by the portal's own clock: no clock of ours is right about theirs."""
    time = branch(body, "time")
    reset_at = _seconds(branch(time, "operating_reset_at")) or _seconds(branch(body, "operating_reset_at"))
    now = _seconds(branch(time, "finish")) or _seconds(branch(time, "start")) or _date(headers.get("date", ""))
    if not reset_at or not now:
        return OPERATION_LIMIT_DEFAULT_S
    return min(max(reset_at - now, 1.0), OPERATION_LIMIT_MAX_S)


def _seconds(node: Any) -> float:
    if isinstance(node, float) and 0 < node < 1e12:
        return node
    return float(integer(node) or 0)


def _date(header: str) -> float:
    try:
        return parsedate_to_datetime(header).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _slow_down(code: str, _detail: str) -> Outcome:
    return Transient(code, RATE_WAIT_S, counts=False)


def _unknown(code: str, _detail: str) -> Outcome:
    return Unknown(code)


def _expired(code: str, _detail: str) -> Outcome:
    return Expired(code)


type _Make = Callable[[str, str], Outcome]

_REST: dict[str, _Make] = {
    "expired_token": _expired,
    "query_limit_exceeded": _slow_down,
    # a person must mend token, app, plan, rights or line
    "no_auth_found": Blocked,
    "invalid_token": Blocked,  # SDK
    "application_not_found": Blocked,
    "authorization_error": Blocked,
    "payment_required": Blocked,
    "not_installed": Blocked,
    "insufficient_scope": Blocked,
    "wrong_auth_type": Blocked,
    "invalid_credentials": Blocked,
    "access_denied": Blocked,
    "user_access_error": Blocked,
    "overload_limit": Blocked,
    "portal_deleted": Blocked,
    "not_active_line": Blocked,
    "imconnector_no_correct_provider": Blocked,
    # the request itself
    "error_argument": Rejected,
    "error_method_not_found": Rejected,
    "error_event_not_found": Rejected,
    "access_error": Rejected,
    "chat_not_in_crm": Rejected,
    "crm_chat_empty_crm_data": Rejected,
    "connector_id_required": Rejected,
    "application_registration_error": Rejected,
    "application_unregistration_error": Rejected,
    # perhaps done, perhaps not
    "internal_server_error": _unknown,
    "error_unexpected_answer": _unknown,
}

_OAUTH: dict[str, _Make] = {
    "invalid_grant": Blocked,
    "invalid_client": Blocked,
    "wrong_client": Blocked,
    "invalid_request": Blocked,
    "invalid_scope": Blocked,
    "insufficient_scope": Blocked,
    "unauthorized_client": Blocked,
    "unsupported_grant_type": Blocked,
    "payment_required": Blocked,
    "not_installed": Blocked,
}
KNOWN_CODES = frozenset({*_REST, *_OAUTH, "operation_time_limit"})
"""Every vendor code with a row of its own; each has its sentence in texts/bitrix24_reasons.py."""
OWN_CODES = frozenset({"message_refused", "no_session", "redirect_refused", "unreadable_answer", "refused"})
"""Ours, beside "http_<status>"."""
