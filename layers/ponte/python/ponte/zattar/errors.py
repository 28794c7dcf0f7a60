"""What an answer of PostgREST or of Supabase's gateway means: a table from its code to an outcome.

A code of PostgreSQL's proves that the transaction was rolled back, whatever the HTTP status, so a failure with a code
is never Unknown. A 5xx without one comes from some layer in between and tells nothing about a write. 401 means that the
key was rotated: read the configuration anew and try once more. Only 408, 429, 5xx and the network are worth a repeat.

Source: docs.postgrest.org/en/v13/references/errors, supabase.com/docs/guides/platform/http-status-codes
(read 2026-11-25).
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from ponte.http import HttpResponse
from ponte.outcome import Blocked, Expired, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.texts import text as sentence

RETRY_AFTER_MAX_S = 900.0
_MAX_DETAIL = 300
_CODE = re.compile(r"[0-9A-Z]{5}|PGRST[0-9X]{1,3}")
_CONTENT_RANGE = re.compile(r"(?:[0-9]{1,18}-[0-9]{1,18}|\*)/([0-9]{1,18}|\*)")

type Verdict = Literal["retry", "wait", "reload", "mend", "never", "end"]
"""retry: a failure of theirs. wait: a limit, no try is used up. reload: the key was refused, read it anew. mend: a
person has to put schema, rights or account right. never: this request will always be refused. end: no rows there."""

RULES: Mapping[str, Verdict] = {
    # what the row itself breaks
    "23505": "never",  # unique: see violated_key
    "23503": "never",  # foreign key
    "23502": "never",  # not null
    "23514": "never",  # check
    "22P02": "never",  # not of the column's type
    "22P05": "never",  # a character that PostgreSQL cannot hold
    "22001": "never",  # too long
    "22003": "never",  # number out of range
    "22007": "never",  # no timestamp
    "22008": "never",
    "428C9": "never",  # a value for an identity column
    "21000": "never",  # an upsert that meets the same row twice
    "P0001": "never",  # raised by a trigger of Zattar's
    # rights and schema: the office's database is not as we know it
    "42501": "mend",
    "42P01": "mend",  # no such table
    "42703": "mend",  # no such column
    "42P10": "mend",  # on_conflict names no unique constraint
    "42883": "mend",  # no such function or operator
    "PGRST106": "mend",  # schema not exposed
    "PGRST200": "mend",  # no relation to embed
    "PGRST201": "mend",  # more than one relation to embed
    "PGRST202": "mend",  # no such function
    "PGRST204": "mend",  # no such column
    "PGRST205": "mend",  # no such table
    "PGRST300": "mend",  # their JWT secret is missing
    "25006": "mend",  # read-only: the disk is full, or a replica was asked
    # the key
    "PGRST301": "reload",
    "PGRST302": "reload",
    "PGRST303": "reload",
    # the request
    "PGRST100": "never",
    "PGRST101": "never",
    "PGRST102": "never",
    "PGRST103": "end",  # an offset past the end
    "PGRST107": "never",
    "PGRST108": "never",
    "PGRST116": "never",  # not exactly one row, where one was demanded
    "PGRST122": "never",
    "PGRST124": "never",  # more rows than a write was allowed to touch
    # theirs, and over
    "57014": "retry",  # statement timeout
    "PGRST000": "retry",
    "PGRST001": "retry",
    "PGRST002": "retry",
    "PGRST003": "wait",  # no connection of the pool came free in time
}

CLASSES: Mapping[str, Verdict] = {
    "08": "retry",  # connection
    "40": "retry",  # rolled back: deadlock, serialisation
    "53": "wait",  # out of connections, memory or disk
    "55": "retry",  # locked
    "57": "retry",  # shutting down
    "58": "retry",
    "XX": "retry",
    "0L": "mend",
    "0P": "mend",
    "28": "mend",  # PostgREST's own login
    "22": "never",
    "23": "never",
    "42": "mend",
    "P0": "never",
}
"""By PostgreSQL's class, the first two signs of codes that have no row of their own."""

STATUSES: Mapping[int, Verdict] = {
    401: "reload",
    402: "mend",  # restricted for its quota or an unpaid bill
    403: "mend",
    404: "mend",
    429: "wait",
    540: "mend",  # paused
}
"""Of answers without a code."""


def classify(response: HttpResponse) -> Outcome:
    """Succeeded.result: {"rows": [...], "total": int or None}; no rows for an answer without a body.

    Unknown is said of reads as well: the client knows which call it was and has reads tried again.
    """
    if 200 <= response.status < 300:
        return _succeeded(response)
    body = response.json()
    code = _code(body)
    if code:
        return _by_code(code, body, response)
    name = f"http_{response.status}"
    verdict = STATUSES.get(response.status)
    if verdict is not None:
        return _outcome(verdict, name, _detail(body), response)
    if response.status >= 500 or response.status == 408:
        return Unknown(name)
    return Rejected(name, _detail(body))


def violated_key(outcome: Outcome) -> tuple[str, ...]:
    """The columns of the unique constraint that a 23505 names in its details, () for any other outcome.

    partes_chatwoot has two: (tipo_entidade, entidade_id), somebody mapped the person first: read that row and use it;
    (chatwoot_account_id, chatwoot_contact_id), the contact belongs to another person: a conflict for people.
    """
    if not isinstance(outcome, Rejected) or outcome.code != "23505":
        return ()
    found = re.search(r"Key \(([A-Za-z0-9_, ]{1,200})\)=", outcome.detail)
    return tuple(column.strip() for column in found[1].split(",")) if found else ()


def reason(code: str, detail: str = "", lang: str = "pt-BR") -> str:
    """Why Zattar did not take something, for people."""
    return sentence(f"reason.zattar.{code}", lang, code=code, detail=detail or "-")


def _succeeded(response: HttpResponse) -> Outcome:
    total = _total(response)
    if not response.body:
        return Succeeded({"rows": [], "total": total})
    body = response.json()
    if isinstance(body, dict):
        body = [body]
    if not isinstance(body, list):
        return Unknown("unreadable_answer")
    return Succeeded({"rows": body, "total": total})


def _by_code(code: str, body: Any, response: HttpResponse) -> Outcome:
    verdict = RULES.get(code) or CLASSES.get(code[:2] if len(code) == 5 else "")
    if verdict is None:
        verdict = "retry" if response.status >= 500 else STATUSES.get(response.status, "never")
    return _outcome(verdict, code.lower(), _detail(body), response)


def _outcome(verdict: Verdict, code: str, detail: str, response: HttpResponse) -> Outcome:
    match verdict:
        case "retry":
            return Transient(code, _retry_after(response.headers))
        case "wait":
            return Transient(code, _retry_after(response.headers), counts=False)
        case "reload":
            return Expired(code)
        case "mend":
            return Blocked(code, detail)
        case "never":
            return Rejected(code, detail)
        case "end":
            return Succeeded({"rows": [], "total": _total(response)})


def _code(body: Any) -> str:
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _detail(body: Any) -> str:
    """PostgreSQL's own words, which may quote a row: for operators, never for logs."""
    if not isinstance(body, dict):
        return ""
    said = (body.get("message"), body.get("details"))
    return " ".join(each for each in said if isinstance(each, str) and each)[:_MAX_DETAIL]


def _total(response: HttpResponse) -> int | None:
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    return int(found[1]) if found and found[1] != "*" else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    seconds = headers.get("retry-after", "").strip()
    return min(float(seconds), RETRY_AFTER_MAX_S) if seconds.isascii() and seconds.isdigit() else None
