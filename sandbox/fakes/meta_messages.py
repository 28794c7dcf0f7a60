"""POST /{phone_number_id}/messages of the fake Graph API: checks of each message type, the 24-hour window, wamids."""

import base64
import re
from collections.abc import Callable
from typing import Any

from sandbox.calls import Reply, json_reply
from sandbox.fakes.graph_errors import GraphError, bad_value, invalid, missing
from sandbox.phones import BSUID, Accepted, Phone, PhoneMessage
from sandbox.shown_files import ShownFile
from sandbox.world import World

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
CALLBACK_LIMIT = 512
_MEDIA_KINDS = ("image", "video", "document", "audio", "sticker")
_HEADERS = ("image", "video", "document")
_INTERACTIVE = (
    *("button", "list", "cta_url", "flow", "product", "product_list", "catalog_message"),
    *("location_request_message", "call_permission_request", "request_contact_info"),
)


def answer_message(world: World, phone_number_id: str, body: Any) -> Reply:
    """Accept one message or mark one as read. Raises GraphError as Meta refuses."""
    if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if "status" in body:
        return _mark_read(world, body)
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise invalid("recipient_type must be one of individual, group")
    to, recipient = body.get("to"), body.get("recipient")
    if not to and not recipient:
        raise missing("to")
    kind = body.get("type", "text")
    text = _checked_text(world, kind, body)
    callback = body.get("biz_opaque_callback_data")
    if callback is not None and not (isinstance(callback, str) and len(callback) <= CALLBACK_LIMIT):
        raise invalid(f"biz_opaque_callback_data: length must be at most {CALLBACK_LIMIT}")
    if isinstance(to, str) and BSUID.fullmatch(to):
        return _lose(world, phone_number_id, to, callback)
    phone, contact = _address(world, phone_number_id, to, recipient)
    if kind != "template" and not phone.window_is_open(world.now_ms()):
        details = "More than 24 hours have passed since the recipient last replied to the sender number."
        raise GraphError(131047, "(#131047) Re-engagement message", details)
    accepted = Accepted(_next_wamid(world), phone, to_phone=bool(to), callback=callback)
    world.phones.accepted[accepted.wamid] = accepted
    if kind == "reaction":
        phone.react(body["reaction"]["message_id"], "business", text)
    else:
        file = _shown_file(world, kind, body)
        shown = PhoneMessage(accepted.wamid, "business", text, kind, world.now_ms(), file=file)
        shown.buttons = _buttons(body[kind]) if kind == "interactive" else []
        phone.messages.append(shown)
    if world.on_accepted:
        world.on_accepted(accepted)
    message = {"id": accepted.wamid, **({"message_status": "accepted"} if kind == "template" else {})}
    return json_reply(200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})


def _mark_read(world: World, body: dict[str, Any]) -> Reply:
    """Only a customer's message can be marked as read. Messages that bypassed the play API are taken on their shape."""
    wamid = body.get("message_id")
    good = isinstance(wamid, str) and re.fullmatch(r"wamid\.\S+", wamid) and wamid not in world.phones.accepted
    if body["status"] != "read":
        raise invalid("status must be read")
    if not good:
        raise bad_value("Invalid message id")
    typing = body.get("typing_indicator")
    if typing is not None and typing != {"type": "text"}:
        raise invalid("typing_indicator.type must be text")
    world.phones.seen(str(wamid))
    return json_reply(200, {"success": True})


def _lose(world: World, phone_number_id: str, to: str, callback: str | None) -> Reply:
    """A BSUID in `to`: 200 and a wamid, but nothing ever arrives and no status comes (seen in chatwoot PR 15150)."""
    wamid = _next_wamid(world)
    nobody = Phone(phone_number_id, "", "", "")
    world.phones.accepted[wamid] = Accepted(wamid, nobody, to_phone=True, callback=callback, lost=True)
    contact = {"input": to, "wa_id": re.sub(r"\D", "", to)}
    body = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}
    return json_reply(200, body, took_effect=False)


def _address(world: World, number: str, to: Any, recipient: Any) -> tuple[Phone, dict[str, str]]:
    """The phone a message goes to and how the answer names it; `to` wins over `recipient`."""
    user_id = recipient if isinstance(recipient, str) else ""
    if recipient and not BSUID.fullmatch(user_id):
        raise bad_value("recipient is not a business-scoped user id")
    if not to:
        phone = world.phones.meet(number, user_id=user_id)
        return phone, {"input": user_id, "user_id": user_id}
    digits = re.sub(r"[+ ()-]", "", to) if isinstance(to, str) else ""
    if not re.fullmatch(r"\d{5,20}", digits):
        raise bad_value("Recipient phone number is not valid")
    phone = world.phones.meet(number, wa_id=digits)
    contact = {"input": str(to), "wa_id": phone.wa_id}
    if shown := user_id or phone.user_id:
        contact["user_id"] = shown
    return phone, contact


def _next_wamid(world: World) -> str:
    if world.meta["wamids"]:
        return world.meta["wamids"].pop(0)
    raw = f"sandbox{world.generation:04d}{world.next_number():08d}".encode()
    return "wamid." + base64.b64encode(raw).decode()


def _checked_text(world: World, kind: Any, body: dict[str, Any]) -> str:
    """Check the part of the message that its type names; what of it can be shown as text."""
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise invalid(f"type must be one of {', '.join(_CHECKS)}")
    part = body.get(kind)
    if kind != "contacts" and not isinstance(part, dict):
        raise missing(kind)
    context = body.get("context")
    if context is not None:
        replied = context.get("message_id") if isinstance(context, dict) else None
        if not isinstance(replied, str) or not replied.startswith("wamid."):
            raise bad_value("Invalid message id in context")
    return check(world, kind, part)


def _text(_world: World, _kind: str, part: Any) -> str:
    text = part.get("body")
    if not isinstance(text, str) or not text.strip():
        raise missing("text['body']")
    if len(text) > TEXT_LIMIT:
        raise invalid(f"text.body: length must be at most {TEXT_LIMIT}")
    return text


def _media(world: World, kind: str, part: Any) -> str:
    media_id, link, caption = part.get("id"), part.get("link"), part.get("caption", "")
    if bool(media_id) == bool(link):
        raise missing(f"{kind}['id'] or {kind}['link']")
    if media_id and str(media_id) not in world.media:
        raise bad_value("Media id does not exist")
    if link and not str(link).startswith("https://"):
        raise bad_value("Media link must be https")
    if caption and kind in ("audio", "sticker"):
        raise invalid(f"{kind}: unexpected key caption")
    if not isinstance(caption, str) or len(caption) > CAPTION_LIMIT:
        raise invalid(f"{kind}.caption: length must be at most {CAPTION_LIMIT}")
    return caption or ("" if media_id else f"[{kind}]")


def _shown_file(world: World, kind: str, body: dict[str, Any]) -> ShownFile | None:
    """The file as it appears on the phone: the message's own, or its template's header."""
    part = body.get(kind)
    if kind == "template" and isinstance(part, dict):
        kind, part = _header_file(part.get("components") or [])
    media = world.media.get(str(part.get("id"))) if kind in _MEDIA_KINDS and isinstance(part, dict) else None
    if media is None or not isinstance(part, dict):
        return None
    return world.files.add(
        str(part.get("filename") or kind), media["mime_type"], base64.b64decode(media["bytes_base64"])
    )


def _location(_world: World, _kind: str, part: Any) -> str:
    for name in ("latitude", "longitude"):
        try:
            float(part.get(name))
        except (TypeError, ValueError):
            raise missing(f"location['{name}']") from None
    return str(part.get("name") or part.get("address") or "[location]")


def _contacts(_world: World, _kind: str, part: Any) -> str:
    cards = part if isinstance(part, list) else []
    names = [card.get("name", {}).get("formatted_name") if isinstance(card, dict) else None for card in cards]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise missing("contacts[0]['name']['formatted_name']")
    return ", ".join(str(name) for name in names)


def _reaction(_world: World, _kind: str, part: Any) -> str:
    emoji = part.get("emoji")
    if not isinstance(part.get("message_id"), str) or not part["message_id"].startswith("wamid."):
        raise bad_value("Invalid message id")
    if not isinstance(emoji, str):
        raise missing("reaction['emoji']")
    return emoji


def _interactive(_world: World, _kind: str, part: Any) -> str:
    if part.get("type") not in _INTERACTIVE:
        raise invalid(f"interactive.type must be one of {', '.join(_INTERACTIVE)}")
    if not isinstance(part.get("action"), dict):
        raise missing("interactive['action']")
    body = part.get("body")
    if not isinstance(body, dict) or not body.get("text"):
        raise missing("interactive['body']['text']")
    if len(str(body["text"])) > (TEXT_LIMIT if part["type"] == "list" else 1024):
        raise invalid("interactive.body.text is too long")
    if part["type"] == "button" and not 1 <= len(part["action"].get("buttons", [])) <= 3:
        raise invalid("interactive.action.buttons: 1 to 3")
    return str(body["text"])


def _buttons(part: dict[str, Any]) -> list[str]:
    """What the customer can choose: reply buttons, the rows of a list, or the one link."""
    action = part["action"]
    titles = [button.get("reply", {}).get("title") for button in action.get("buttons", [])]
    titles += [row.get("title") for section in action.get("sections", []) for row in section.get("rows", [])]
    titles += [action.get("parameters", {}).get("display_text")]
    return [str(title) for title in titles if title]


def _template(world: World, _kind: str, part: Any) -> str:
    name, language = part.get("name"), part.get("language")
    if not name:
        raise missing("template['name']")
    code = language.get("code") if isinstance(language, dict) else None
    if not code:
        raise missing("template['language']['code']")
    known = [t for t in world.meta["templates"] if t.get("name") == name and _language(t) == code]
    if not known or known[0].get("status", "APPROVED") in ("REJECTED", "PENDING"):
        details = f"template name ({name}) does not exist in {code}"
        raise GraphError(132001, "(#132001) Template name does not exist in the translation", details, status=404)
    if known[0].get("status") in ("PAUSED", "DISABLED"):
        raise GraphError(132015, "(#132015) Template is paused", f"template ({name}) is paused")
    given = part.get("components") or []
    _check_header(world, known[0], given)
    return _fill(known[0], given)


def _language(template: dict[str, Any]) -> Any:
    language = template.get("language")
    return language.get("code") if isinstance(language, dict) else language


def _header_file(given: list[Any]) -> tuple[str, Any]:
    """(kind, the object under it) of the first parameter of the header that was sent; ("", None) for none."""
    for component in given:
        if isinstance(component, dict) and str(component.get("type", "")).lower() == "header":
            parameters = component.get("parameters")
            first = parameters[0] if isinstance(parameters, list) and parameters else None
            if isinstance(first, dict):
                kind = str(first.get("type", "")).lower()
                return kind, first.get(kind)
    return "", None


def _check_header(world: World, template: dict[str, Any], given: list[Any]) -> None:
    """Raises 132012 when the header is not of the template's format, and as of a message's own file when there is none
    under the id."""
    headers = [c for c in template.get("components", []) if str(c.get("type", "")).upper() == "HEADER"]
    wanted = str(headers[0].get("format", "")).lower() if headers else ""
    kind, part = _header_file(given)
    if wanted not in _HEADERS and kind not in _HEADERS:
        return
    if kind != wanted or not isinstance(part, dict):
        title = "(#132012) Parameter format does not match format in the created template"
        expected, received = wanted.upper() or "NONE", kind.upper() or "UNKNOWN"
        raise GraphError(132012, title, f"header: Format mismatch, expected {expected}, received {received}")
    _media(world, kind, part)


def _fill(template: dict[str, Any], given: list[Any]) -> str:
    """The body's text with its parameters. Raises 132000 when their number is not the template's."""
    bodies = [c for c in template.get("components", []) if str(c.get("type", "")).upper() == "BODY"]
    text = str(bodies[0].get("text", "")) if bodies else ""
    wanted = re.findall(r"\{\{\s*(\w+)\s*\}\}", text)
    parameters = [
        one
        for component in given
        if isinstance(component, dict) and str(component.get("type", "")).lower() == "body"
        for one in component.get("parameters", [])
    ]
    if len(parameters) != len(dict.fromkeys(wanted)):
        details = f"body: number of localizable_params ({len(parameters)}) does not match the expected number"
        raise GraphError(132000, "(#132000) Number of parameters does not match the expected number of params", details)
    for name, parameter in zip(dict.fromkeys(wanted), parameters, strict=True):
        value = str(parameter.get("text", "")) if isinstance(parameter, dict) else ""
        text = re.sub(r"\{\{\s*" + name + r"\s*\}\}", lambda _, value=value: value, text)  # type: ignore[misc]
    return text or f"[{template.get('name')}]"


_CHECKS: dict[str, Callable[[World, str, Any], str]] = {
    "text": _text,
    **dict.fromkeys(_MEDIA_KINDS, _media),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "template": _template,
}
