"""What Meta tells about an account, a number or a template, as one state with a word whether somebody must look.

Each field has a shape of its own; only its event, whom it is about and a reason are read. Texts of Meta's are English
and go to administrators, never into chats. Source: .../whatsapp/webhooks/reference/<field> (read until 2026-07).
"""

from dataclasses import dataclass
from typing import Any

from ponte.errors import MalformedEvent
from ponte.whatsapp.typed_reads import Json, label, mapping, mappings, scalar

# Words of any field that an administrator must act on. Unknown words are kept and need nobody.
_BAD = frozenset(
    (
        *("DISABLED_UPDATE", "ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"),
        *("PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED", "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE_FAILED"),
        *("FLAGGED", "DOWNGRADE", "REJECTED", "PAUSED", "DISABLED", "LOCKED", "PENDING_DELETION"),
        *("CRITICAL", "WARNING", "RED", "PIN_RESET_REQUEST", "PIN_CHANGED"),
    )
)
_TEMPLATE = "message_template"


@dataclass(frozen=True, slots=True)
class AccountState:
    """subject: the template, number or thing within the account, "" for the account itself. event: Meta's word, upper
    case. detail: its reason. needs_attention: an administrator must look at Meta's manager."""

    field: str
    subject: str
    event: str
    detail: str
    needs_attention: bool


def read(payload: Json) -> AccountState:
    """payload: of a RawItem of kind "account". Raises MalformedEvent without a value."""
    value: Any = payload.get("value")
    if type(value) is not dict:
        raise MalformedEvent("value")
    field = label(payload, "field", 64)
    if errors := mappings(value, "errors"):
        code = scalar(errors[0], "code")
        detail = label(mapping(errors[0], "error_data"), "details", 300) or label(errors[0], "title", 300)
        return AccountState(field, "errors", f"ERROR_{code}", detail, needs_attention=True)
    event = _event(field, value)
    return AccountState(field, _subject(value), event, _detail(value), event in _BAD)


def _event(field: str, value: Json) -> str:
    if field == "account_alerts":
        return label(value, "alert_severity", 64).upper()
    named = (
        *("event", "decision", "new_quality_score", "new_category", "requested_verified_name", "status"),
        "max_daily_conversation_per_phone",
    )
    return next((label(value, key, 64).upper() for key in named if label(value, key)), "CHANGED")


def _subject(value: Json) -> str:
    if template := scalar(value, f"{_TEMPLATE}_id"):
        return f"template {template}"
    return scalar(value, "display_phone_number") or label(value, "entity_id", 64)


def _detail(value: Json) -> str:
    name = " ".join(filter(None, [label(value, f"{_TEMPLATE}_name"), label(value, f"{_TEMPLATE}_language")]))
    restriction = ", ".join(label(each, "restriction_type") for each in mappings(value, "restriction_info"))
    told = (
        name,
        label(value, "reason"),
        label(mapping(value, "rejection_info"), "reason", 300),
        label(mapping(value, "disconnection_info"), "reason", 300),
        label(mapping(value, "violation_info"), "violation_type", 300),
        label(mapping(value, "ban_info"), "waba_ban_state", 300),
        restriction,
        label(value, "alert_type"),
        label(value, "alert_description", 300),
    )
    return "; ".join(part for part in told if part and part != "NONE")[:500]
