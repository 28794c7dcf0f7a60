"""The object named after a message's `type`, read into a body of `events`: one function per type.

Each takes the whole message and gives None when its content is missing or broken; `messages` says so to the operator.
Sources: .../whatsapp/webhooks/reference/messages/<type> (read until 2026-07-20).
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from ponte.whatsapp.events import (
    Body,
    Card,
    Choice,
    Contacts,
    Edit,
    Location,
    Media,
    MediaKind,
    Nothing,
    Order,
    OrderLine,
    Reaction,
    Revoke,
    SystemChange,
    SystemKind,
    Text,
    Unsupported,
)
from ponte.whatsapp.ids import is_id, is_parent_user_id, is_user_id, phone
from ponte.whatsapp.typed_reads import Json, clean, flag, integer, label, mapping, mappings, number, scalar, text

type Reader = Callable[[Json], Body | None]

_CHANGED = re.compile(r"\bchanged from (\S+) to (\S+)$")
_MAX_ANSWERS = 50
_SYSTEM_KINDS: dict[str, SystemKind] = {
    "user_changed_number": "user_changed_number",
    "customer_changed_number": "user_changed_number",  # payloads of before 2025
    "user_changed_user_id": "user_changed_user_id",
}


def _text(message: Json) -> Text | None:
    body = text(mapping(message, "text"), "body")
    return Text(body) if body.strip() else None


def _media(kind: MediaKind) -> Callable[[Json], Media | None]:
    def read(message: Json) -> Media | None:
        found = mapping(message, kind)
        if not found:
            return None
        return Media(
            kind=kind,
            id=label(found, "id", 512),
            mime=label(found, "mime_type"),
            sha256=label(found, "sha256"),
            caption=text(found, "caption"),
            filename=label(found, "filename", 255),
            voice=flag(found, "voice"),
            animated=flag(found, "animated"),
            url=label(found, "url", 4096),
        )

    return read


def _location(message: Json) -> Location | None:
    found = mapping(message, "location")
    latitude, longitude = number(found, "latitude"), number(found, "longitude")
    if latitude is None or longitude is None:
        return None
    return Location(latitude, longitude, label(found, "name"), label(found, "address", 500), label(found, "url", 2048))


def _contacts(message: Json) -> Contacts | None:
    # Meta's page of March 2026 has `origin` on the message, others have it on the card.
    asked = message.get("origin") == "contact_request"
    cards = tuple(_card(each, asked) for each in mappings(message, "contacts"))
    return Contacts(cards) if cards else None


def _card(card: Json, asked: bool) -> Card:
    name, vcard = mapping(card, "name"), text(card, "vcard")
    phones = [label(each, "phone") or label(each, "wa_id") for each in mappings(card, "phones")]
    emails = [label(each, "email") for each in mappings(card, "emails")]
    parts = (label(name, "first_name"), label(name, "last_name"))
    return Card(
        name=label(name, "formatted_name") or " ".join(filter(None, parts)) or _vcard_line(vcard, "FN", "N"),
        phones=tuple(filter(None, phones)) or tuple(filter(None, [_vcard_line(vcard, "TEL")])),
        emails=tuple(filter(None, emails)),
        organization=label(mapping(card, "org"), "company"),
        own=asked or card.get("origin") == "contact_request",
        wa_ids=tuple(filter(None, (phone(each.get("wa_id")) for each in mappings(card, "phones")))),
    )


def _vcard_line(vcard: str, *names: str) -> str:
    """The value of the first property with one of these names, its structure flattened; "" without one."""
    for name in names:
        for line in vcard.splitlines()[:200]:
            key, colon, value = line.partition(":")
            if colon and key.partition(";")[0].upper() == name:
                return " ".join(part.strip() for part in reversed(value.split(";")) if part.strip())[:200]
    return ""


def _interactive(message: Json) -> Choice | None:
    found = mapping(message, "interactive")
    kind = label(found, "type")
    reply = mapping(found, kind)
    if not reply:
        return None
    if kind == "button_reply":
        return Choice(label(reply, "title"), label(reply, "id", 512), "button")
    if kind == "list_reply":
        return Choice(label(reply, "title"), label(reply, "id", 512), "list", label(reply, "description"))
    if kind == "nfm_reply":
        return _form(label(reply, "body"), text(reply, "response_json"))
    if kind == "call_permission_reply":
        return Choice(label(reply, "response"), "", "call_permission")
    return None


def _form(title: str, response: str) -> Choice:
    """A flow's answers. `response` is JSON inside a string and may be anything: then the operator is told so."""
    try:
        fields = json.loads(response)
    except (ValueError, RecursionError):
        fields = None
    if type(fields) is not dict:
        return Choice(title, "", "flow", is_readable=False)
    token = label(fields, "flow_token", 512)
    pairs = ((clean(key)[:100], _answer(value)) for key, value in fields.items() if key != "flow_token")
    return Choice(title, token, "flow", answers=tuple(pairs)[:_MAX_ANSWERS])


def _answer(value: object) -> str:
    if isinstance(value, str):
        return clean(value)[:1000]
    if isinstance(value, list):
        return ", ".join(clean(str(each))[:200] for each in value[:20] if isinstance(each, str | int | float))
    return str(value)[:200] if isinstance(value, int | float) else ""


def _button(message: Json) -> Choice | None:
    found = mapping(message, "button")
    title = label(found, "text") or label(found, "payload")
    return Choice(title, label(found, "payload", 512), "template") if title else None


def _order(message: Json) -> Order | None:
    found = mapping(message, "order")
    if not found:
        return None
    lines = tuple(
        OrderLine(
            product=label(each, "product_retailer_id"),
            quantity=integer(each, "quantity"),
            price=_price(scalar(each, "item_price")),
            currency=label(each, "currency", 8),
        )
        for each in mappings(found, "product_items")
    )
    return Order(label(found, "catalog_id"), lines, text(found, "text"))


def _price(written: str) -> str:
    try:
        price = Decimal(written)
    except InvalidOperation:
        return ""
    return written if price.is_finite() and abs(price.adjusted()) < 15 else ""


def _reaction(message: Json) -> Reaction | None:
    found = mapping(message, "reaction")
    target = found.get("message_id")
    # Taken back: the emoji is absent in some payloads and "" in others.
    return Reaction(target, label(found, "emoji", 32) or None) if is_id(target) else None


def _system(message: Json) -> SystemChange | None:
    found = mapping(message, "system")
    if not found:
        return None
    kind = _SYSTEM_KINDS.get(label(found, "type"), "other")
    user_id, previous = found.get("user_id"), found.get("previous_user_id")
    parent, previous_parent = found.get("parent_user_id"), found.get("previous_parent_user_id")
    new_phone = phone(found.get("wa_id")) or phone(found.get("new_wa_id"))
    previous_phone = phone(found.get("customer"))  # the older form's word for who they were
    # Before 2026-08-11 only Meta's sentence told of the old id, at times of both. It ends with the two ids, so whatever
    # a profile's name holds stands before them; one that disagrees with the fields beside it is not believed.
    if kind != "other" and (told := _CHANGED.search(text(found, "body"))):
        if is_user_id(told[1]) and is_user_id(told[2]) and user_id in (None, told[2]):
            user_id, previous = told[2], told[1] if previous is None else previous
        elif phone(told[1]) and phone(told[2]) and new_phone in (None, phone(told[2])):
            new_phone, previous_phone = phone(told[2]), previous_phone or phone(told[1])
    return SystemChange(
        kind=kind,
        phone=new_phone,
        user_id=user_id if is_user_id(user_id) else None,
        parent_user_id=parent if is_parent_user_id(parent) else None,
        previous_user_id=previous if is_user_id(previous) else None,
        previous_parent_user_id=previous_parent if is_parent_user_id(previous_parent) else None,
        previous_phone=previous_phone,
    )


def _edit(message: Json) -> Edit | None:
    found = mapping(message, "edit")
    original, inner = found.get("original_message_id"), mapping(found, "message")
    if not is_id(original):
        return None
    kind = label(inner, "type")
    body = _EDITABLE[kind](inner) if kind in _EDITABLE else None
    return Edit(original, body or Unsupported(0, "", kind))


def _revoke(message: Json) -> Revoke | None:
    original = mapping(message, "revoke").get("original_message_id")
    return Revoke(original) if is_id(original) else None


def _nothing(message: Json) -> Nothing:
    return Nothing(label(message, "type"))


_EDITABLE: dict[str, Callable[[Json], Text | Media | None]] = {
    "text": _text,
    "image": _media("image"),
    "video": _media("video"),
    "audio": _media("audio"),
    "document": _media("document"),
    "sticker": _media("sticker"),
}

READERS: dict[str, Reader] = {
    **_EDITABLE,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "reaction": _reaction,
    "system": _system,
    "edit": _edit,
    "revoke": _revoke,
    "request_welcome": _nothing,
    "media_placeholder": _nothing,  # stands for a file in `history` only
}
