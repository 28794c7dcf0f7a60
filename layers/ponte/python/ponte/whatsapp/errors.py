"""What an answer of Graph means for the message: a table from Meta's codes to our outcomes.

Meta says to decide by `code` and `details`, not by HTTP status, title or subcode. An answer that carries Graph's error
object was refused: nothing was sent, whatever its HTTP status, so it is never Unknown. A 5xx without that object comes
from some layer in between and tells nothing, so it always is. The same failure can come at once, as a `failed` status
later, or both; the sentences for people are "reason.whatsapp.<code>" in the catalogue.
Source: .../whatsapp/support/error-codes, /throughput (read 2026-06).
"""

from dataclasses import dataclass
from typing import Literal

from ponte.http import HttpResponse
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.texts import text as sentence
from ponte.whatsapp.changes import addresses
from ponte.whatsapp.ids import is_id
from ponte.whatsapp.typed_reads import Json, flag, label, mapping, mappings, scalar

_MINUTE = 60.0
_PAIR_SECONDS = 6.0  # a pair's sustained rate is one message in 6 s
_PAIR_MOST_SECONDS = 256.0


@dataclass(frozen=True, slots=True)
class Rule:
    """verdict: "retry" (a failure of theirs), "wait" (a limit of ours: no try is used up), "mend" (a person must act
    on account, token or number first), "never". wait_seconds: None = our back-off. tries: how often at most."""

    verdict: Literal["retry", "wait", "mend", "never"]
    wait_seconds: float | None = None
    tries: int | None = None


_RETRY = Rule("retry")
_MEND = Rule("mend")
_NEVER = Rule("never")
_MAINTENANCE = Rule("wait", _MINUTE)

RULES: dict[int, Rule] = {
    # token and permissions
    **dict.fromkeys((0, 190), _MEND),
    **dict.fromkeys((3, 10, *range(200, 300), 131005), _MEND),
    # Meta's own faults; 1 may also be a request Meta does not understand
    1: Rule("retry", tries=3),
    **dict.fromkeys((2, 131000, 131016, 133004, 135000), _RETRY),
    # rates: of the app, the account, the number, the pair
    4: Rule("wait", 5 * _MINUTE),
    80007: Rule("wait", 15 * _MINUTE),
    130429: Rule("wait", 2.0),
    131056: Rule("wait", _PAIR_SECONDS),
    **dict.fromkeys((131057, 2494100), _MAINTENANCE),
    # the number or the account is restricted, or not set up
    **dict.fromkeys((131048, 131064, 131030, 131063), _MEND),
    **dict.fromkeys((131031, 368, 130497, 131037, 131042, 131045), _MEND),
    **dict.fromkeys((code for code in range(133000, 133017) if code != 133004), _MEND),
    # this message to this person, never
    **dict.fromkeys((131049, 130472, 131050, 131047, 131026, 130403, 131021, 131062, 137000), _NEVER),
    **dict.fromkeys((131051, 131052, 131053), _NEVER),
    **dict.fromkeys((33, 100, 131008, 131009), _NEVER),
    # templates: a person must choose another one, but the line itself is in order
    **dict.fromkeys((132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068, 132069), _NEVER),
    # groups
    **dict.fromkeys((131020, 131041, *range(131201, 131216)), _NEVER),
}

AWAY = frozenset({"2", "131016", "133004"})
"""Codes by which Meta says that its own service is down, whoever asks: no fault of the message."""

_UNLISTED_TRIES = 2


@dataclass(frozen=True, slots=True)
class Accepted:
    """Graph took the message; failures can still come as statuses. phone, user_id: what its answer says of the
    recipient, worth learning: a Brazilian `wa_id` may differ from the number that was written to."""

    wamid: str
    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    message_status: str = ""

    def as_json(self) -> dict[str, str | None]:
        return {
            "wamid": self.wamid,
            "phone": self.phone,
            "user_id": self.user_id,
            "parent_user_id": self.parent_user_id,
            "message_status": self.message_status,
        }


def classify_send(response: HttpResponse, attempt: int = 0) -> Outcome:
    """Outcome of `requests.text`: Succeeded with Accepted.as_json(), or as `classify` says.

    A 200 without a wamid is Unknown: something was taken, and its statuses will tell what.
    """
    outcome = classify(response, attempt)
    if not isinstance(outcome, Succeeded):
        return outcome
    taken = accepted(response)
    return Succeeded(taken.as_json()) if taken else Unknown("no_wamid")


def classify(response: HttpResponse, attempt: int = 0) -> Outcome:
    """Outcome of any Graph call; Succeeded holds the decoded answer.

    attempt: how often this very call was refused before, from 0; it lengthens the pair's wait and ends the tries of
    codes that may never get better.
    """
    answer = response.json()
    tree: Json = answer if type(answer) is dict else {}
    if error := mapping(tree, "error"):
        return _refused(response.status, error, attempt)
    code = f"http_{response.status}"
    if 200 <= response.status < 300:
        if type(answer) is not dict:
            return Unknown(code)
        return Rejected("not_successful") if tree.get("success") is False else Succeeded(tree)
    if response.status == 429:
        return Transient(code, counts=False)
    if response.status >= 500 or response.status == 408:
        return Unknown(code)
    return Rejected(code)


def accepted(response: HttpResponse) -> Accepted | None:
    """The wamid and the recipient's ids from the answer to a send; None when there is no wamid.

    Shape: {"contacts": [{"input", "wa_id"?, "user_id"?}], "messages": [{"id", "message_status"?}]}.
    """
    answer = response.json()
    tree: Json = answer if type(answer) is dict else {}
    taken = next((each for each in mappings(tree, "messages") if is_id(each.get("id"))), None)
    if taken is None:
        return None
    contacts = mappings(tree, "contacts")
    person = addresses(contacts[0] if contacts else {}, ("wa_id", "user_id", "parent_user_id"))
    status = label(taken, "message_status", 40)
    return Accepted(taken["id"], person.phone, person.user_id, person.parent_user_id, status)


def reason(code: str, detail: str = "", lang: str = "pt-BR") -> str:
    """Why a message was not sent, for the operator who wrote it. code: an outcome's, or str of a status error's."""
    return sentence(f"reason.whatsapp.{code}", lang, code=code, detail=detail or "-")


def _refused(status: int, error: Json, attempt: int) -> Outcome:
    code = scalar(error, "code")
    if not (code.isascii() and code.isdigit() and len(code) < 12):  # codes are logged, so only numbers pass
        certain = 400 <= status < 500
        return Rejected(f"http_{status}", _detail(error)) if certain else Unknown(f"http_{status}")
    number = int(code)
    rule = RULES.get(number)
    if rule is None:
        may_pass = status >= 500 or flag(error, "is_transient")
        rule = Rule("retry", tries=_UNLISTED_TRIES) if may_pass else _NEVER
    if rule.tries is not None and attempt >= rule.tries:
        rule = _NEVER
    match rule.verdict:
        case "retry":
            return Transient(code, rule.wait_seconds)
        case "wait":
            wait = rule.wait_seconds
            if number == 131056:  # Meta's advice is 4^n s; below the sustained rate a try is refused again
                wait = min(max(_PAIR_SECONDS, 4.0 ** min(attempt, 8)), _PAIR_MOST_SECONDS)
            return Transient(code, wait, counts=False)
        case "mend":
            return Blocked(code, _detail(error))
        case "never":
            return Rejected(code, _detail(error))


def _detail(error: Json) -> str:
    """Meta's own words, English, with its support reference: for operators, never for logs."""
    words = label(mapping(error, "error_data"), "details", 300) or label(error, "error_user_msg", 300)
    words = words or label(error, "message", 300)
    trace = label(error, "fbtrace_id", 40)
    return f"{words} (fbtrace_id {trace})" if trace else words
