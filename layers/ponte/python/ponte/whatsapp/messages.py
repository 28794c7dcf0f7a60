"""A queued payload to one InboundMessage: tolerant of everything but a missing id.

A broken or unknown content gives `Unsupported`, so that the operator at least reads that something came. Meta adds
types and keys without notice, and strict readers have turned each of them into an outage.
"""

from typing import Any

from ponte.errors import MalformedEvent
from ponte.whatsapp.changes import ECHO_RECIPIENT, SENDER, Addresses, addresses, scope, seconds
from ponte.whatsapp.contents import READERS
from ponte.whatsapp.events import Body, InboundMessage, Product, Referral, Sender, Unsupported
from ponte.whatsapp.ids import is_id
from ponte.whatsapp.typed_reads import Json, flag, integer, label, mapping, mappings, text


def read(payload: Json) -> InboundMessage:
    """Read the payload of a RawItem of kind "message", "group" or "echo".

    Raises MalformedEvent, with the path, when there is no message or no id: only then is there nothing to show.
    """
    echo = "echo" in payload
    name = "echo" if echo else "message"
    message: Any = payload.get(name)
    if type(message) is not dict:
        raise MalformedEvent(name)
    wamid = message.get("id")
    if not is_id(wamid):
        raise MalformedEvent(f"{name}.id")
    contact, context, group = mapping(payload, "contact"), mapping(message, "context"), message.get("group_id")
    reply_to = context.get("id")
    return InboundMessage(
        wamid=wamid,
        phone_number_id=scope(mapping(payload, "metadata").get("phone_number_id")),
        sent_at=seconds(message.get("timestamp")),
        sender=_sender(addresses(message, ECHO_RECIPIENT if echo else SENDER, contact), mapping(contact, "profile")),
        type=label(message, "type"),
        body=_body(message, payload),
        reply_to=reply_to if is_id(reply_to) else None,
        forwarded=flag(context, "forwarded"),
        frequently_forwarded=flag(context, "frequently_forwarded"),
        referral=_referral(mapping(message, "referral")),
        product=_product(mapping(context, "referred_product")),
        group_id=group if is_id(group) else None,
        echo=echo,
    )


def _body(message: Json, payload: Json) -> Body:
    kind = label(message, "type")
    reader = READERS.get(kind)
    body = reader(message) if reader else None
    if body is not None:
        return body
    errors = mappings(message, "errors") or mappings(payload, "value_errors")
    error = errors[0] if errors else {}
    named = label(mapping(message, kind), "type") if kind in ("unsupported", "unknown") else kind
    return Unsupported(integer(error, "code"), label(error, "title"), named)


def _sender(found: Addresses, profile: Json) -> Sender:
    name, username = label(profile, "name"), label(profile, "username").removeprefix("@")
    return Sender(found.phone, found.user_id, found.parent_user_id, name, username)


def _referral(found: Json) -> Referral | None:
    if not found:
        return None
    return Referral(
        source_type=label(found, "source_type"),
        source_id=label(found, "source_id"),
        source_url=label(found, "source_url", 2048),
        headline=label(found, "headline"),
        body=text(found, "body"),
        click_id=label(found, "ctwa_clid", 512),
    )


def _product(found: Json) -> Product | None:
    retailer_id = label(found, "product_retailer_id")
    return Product(label(found, "catalog_id"), retailer_id) if retailer_id else None
