"""What Meta's webhooks tell of a template: values of the four template fields, as one change to the catalogue.

Source: .../whatsapp/webhooks/reference/message_template_status_update, _quality_update, _components_update and
template_category_update (read 2026-05).
"""

from dataclasses import dataclass
from typing import Any

from ponte.errors import MalformedEvent
from ponte.whatsapp.templates import is_language, is_name
from ponte.whatsapp.typed_reads import Json, label, scalar

FIELDS = (
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
)


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """What changed; "" where it did not. status, category, quality: Meta's words in upper case. is_reworded: its text
    or buttons are others now, to be read again before the next use. announced: a category that Meta will set later."""

    name: str
    language: str
    id: str
    status: str = ""
    category: str = ""
    quality: str = ""
    is_reworded: bool = False
    announced: str = ""
    reason: str = ""


def read(payload: Json) -> TemplateChange:
    """payload: {"field", "value"} of a RawItem of kind "account". Raises MalformedEvent with the path."""
    value: Any = payload.get("value")
    if type(value) is not dict:
        raise MalformedEvent("value")
    name = label(value, "message_template_name", 512)
    language = label(value, "message_template_language", 16).replace("-", "_")
    if not is_name(name):
        raise MalformedEvent("value.message_template_name")
    if not is_language(language):
        raise MalformedEvent("value.message_template_language")
    field = label(payload, "field", 64)
    category = label(value, "new_category" if field == "template_category_update" else "message_template_category", 32)
    reason = label(value, "reason", 200)
    return TemplateChange(
        name=name,
        language=language,
        id=scalar(value, "message_template_id"),
        status=label(value, "event", 32).upper() if field == "message_template_status_update" else "",
        category=category.upper(),
        quality=label(value, "new_quality_score", 32).upper(),
        is_reworded=field == "message_template_components_update",
        announced=label(value, "correct_category", 32).upper() if not category else "",
        reason="" if reason == "NONE" else reason,
    )
