"""The fake portal's imconnector.*: the customer's way into an open line, and the operator's acknowledgements.

Repeating imconnector.send.messages posts again: the portal keeps message.id, it does not look at it.
"""

from typing import Any

from sandbox.fakes.rest import Context, Method, Params, RestError, Result, argument_missing
from sandbox.portals import MID_LENGTH, ImChat, ImMessage, number
from sandbox.scenario import Line
from sandbox.shown_files import Fetched, ShownFile

_REQUIRED = "Not all the required data is transmitted"


def _register(context: Context, params: Params) -> Result:
    """A failure is a 200 with result.result false. The id is lower-cased by the portal."""
    connector, name = params.text("ID").lower(), params.text("NAME")
    if not connector or not name:
        error = "CONNECTOR_ID_REQUIRED" if not connector else "CONNECTOR_NAME_REQUIRED"
        said = "Connector ID is not specified" if not connector else "Connector name is not specified"
        return Result({"result": False, "error": error, "error_description": said}, took_effect=False)
    context.portal.connectors[connector] = name
    return Result({"result": True})


def _unregister(context: Context, params: Params) -> Result:
    if context.portal.connectors.pop(params.text("ID").lower(), None) is None:
        error = {
            "error": "APPLICATION_UNREGISTRATION_ERROR",
            "error_description": "Error unregistering the application",
        }
        return Result({"result": False, **error}, took_effect=False)
    return Result({"result": True})


def _activate(context: Context, params: Params) -> Result:
    """ACTIVE "0" or "" switches off. The real portal tests emptiness only, so "N" would switch on."""
    connector, line = _connector(context, params), params.integer("LINE")
    if line < 1:
        raise argument_missing("LINE")
    active = params.text("ACTIVE") not in ("", "0", "False")
    found = context.portal.line(connector, line)
    if found is not None:
        found["active"] = active
    elif active:
        new = Line(connector=connector, line=line, signature=False, active=True)
        context.portal.config["lines"].append(new)
    return Result(True)


def _data_set(context: Context, params: Params) -> Result:
    _connector(context, params)
    if not isinstance(params.get("DATA"), dict):
        raise argument_missing("DATA")
    return Result(True)


def _status(context: Context, params: Params) -> Result:
    connector, line = params.need("CONNECTOR").lower(), params.integer("LINE")
    active = connector in context.portal.connectors and context.portal.line_is_active(connector, line)
    return Result({"LINE": line, "CONNECTOR": connector, "ERROR": False, "CONFIGURED": active, "STATUS": active})


def _list(context: Context, _params: Params) -> Result:
    return Result({"livechat": "Live Chat", "telegrambot": "Telegram", **context.portal.connectors})


def _send_messages(context: Context, params: Params) -> Result:
    """Each item fails by itself while the call stays a success; a broken element refuses the whole call."""
    connector, line = _active_line(context, params)
    elements = _elements(params)
    results = []
    for position, element in enumerate(elements):
        fails = context.partial and position == len(elements) - 1
        results.append(_failed(element, _REQUIRED) if fails else _deliver(context, connector, line, element))
    done = any(one["SUCCESS"] for one in results)
    return Result({"SUCCESS": True, "DATA": {"RESULT": results}}, took_effect=done)


def _deliver(context: Context, connector: str, line: int, element: dict[str, Any]) -> dict[str, Any]:
    portal, user, message = context.portal, element["user"], element["message"]
    user_id, external = str(user.get("id") or ""), str(element["chat"].get("id") or "")
    text = str(message.get("text") or "")
    files = [file for file in _values(message.get("files")) if isinstance(file, dict)]
    taken = [(file, context.world.fetched.pop(str(file.get("url") or ""), None)) for file in files]
    shown = [_shown(context, file, fetched) for file, fetched in taken if fetched is not None]
    if not user_id or not external or not (text or shown) or "|" in user_id + external:
        return _failed(element, _REQUIRED)
    internal = portal.users.setdefault((connector, user_id), portal.next_id())
    chat = portal.chat_of(connector, line, external, internal) or _new_chat(context, connector, line, element, internal)
    if chat.session_id is None:
        chat.session_id = portal.next_id()
        chat.contact_id = chat.contact_id or portal.contact_with_phone(str(user.get("phone") or ""))
    mid = str(message.get("id") or "")[:MID_LENGTH]
    mids = [mid] if mid else []
    sent = ImMessage(portal.next_id(), "customer", internal, text, context.now_ms, mids, files=shown)
    portal.add_message(chat, sent)
    return {
        "user": str(internal),
        "message": {"id": mid, "date": {}, "text": text, "files": [str(portal.next_id()) for _ in shown]},
        "chat": {"id": external, "name": element["chat"].get("name") or chat.name, "description": ""},
        "extra": {},
        "SUCCESS": True,
        "session": {"ID": str(chat.session_id), "CHAT_ID": str(chat.id)},
    }


def _shown(context: Context, file: dict[str, Any], fetched: Fetched) -> ShownFile:
    """The portal keeps the last 50 characters of a name."""
    return context.world.files.add(str(file.get("name") or "file")[-50:], fetched.mime_type, fetched.data)


def _new_chat(context: Context, connector: str, line: int, element: dict[str, Any], internal: Any) -> ImChat:
    user = element["user"]
    name = " ".join(str(user[part]) for part in ("name", "last_name") if user.get(part)) or "Guest"
    external = str(element["chat"]["id"])
    chat = ImChat(context.portal.next_id(), connector, line, external, internal, name)
    chat.contact_id = context.portal.contact_with_phone(str(user.get("phone") or ""))
    return context.portal.add_chat(chat)


def _failed(element: dict[str, Any], reason: str) -> dict[str, Any]:
    return {**element, "SUCCESS": False, "ERRORS": [reason]}


def _update_messages(context: Context, params: Params) -> Result:
    return _change(context, params, _rewrite)


def _delete_messages(context: Context, params: Params) -> Result:
    return _change(context, params, lambda chat, message, _element: chat.messages.remove(message))


def _rewrite(_chat: ImChat, message: ImMessage, element: dict[str, Any]) -> None:
    message.text = str(element["message"].get("text") or message.text)


def _change(context: Context, params: Params, act: Any) -> Result:
    """Found by CONNECTOR_MID; an unknown id is a SUCCESS all the same."""
    connector, line = _active_line(context, params)
    changed, results = False, []
    for element in _elements(params):
        mid, external = str(element["message"].get("id") or ""), str(element["chat"].get("id") or "")
        internal = context.portal.users.get((connector, str(element["user"].get("id") or "")), "")
        chat = context.portal.chat_of(connector, line, external, internal)
        message = next((one for one in (chat.messages if chat else []) if mid in one.connector_mids), None)
        if chat and message:
            act(chat, message, element)
            changed = True
        results.append({"user": str(internal), "message": element["message"], "chat": element["chat"], "SUCCESS": True})
    return Result({"SUCCESS": True, "DATA": {"RESULT": results}}, took_effect=changed)


def _status_delivery(context: Context, params: Params) -> Result:
    """Clears the "sending" clock and keeps the ids; only the first call for a message counts."""
    _active_line(context, params)
    portal, counted = context.portal, False
    for raw in params.elements("MESSAGES"):
        element = _lower(raw)
        im, message = _block(element, "im"), _block(element, "message")
        ids = message.get("id")
        key = (str(im.get("chat_id") or ""), str(im.get("message_id") or ""))
        if not isinstance(ids, list | dict) or "" in key:
            raise RestError(400, "ERROR_ARGUMENT", "The incorrect structure of a message inside MESSAGES parameter.")
        if key in portal.acknowledged:
            continue
        portal.acknowledged.add(key)
        counted = True
        if shown := portal.message(*key):
            shown.waiting = False
            shown.connector_mids = [str(one)[:MID_LENGTH] for one in _values(ids)]
    return Result({"SUCCESS": True, "DATA": []}, took_effect=counted)


def _status_reading(context: Context, params: Params) -> Result:
    """Accepted; the real portal does nothing with it."""
    _active_line(context, params)
    return Result({"SUCCESS": True, "DATA": []})


def _chat_name_set(context: Context, params: Params) -> Result:
    connector, line = _active_line(context, params)
    internal = context.portal.users.get((connector, params.need("USER_ID")), "")
    chat = context.portal.chat_of(connector, line, params.need("CHAT_ID"), internal)
    if chat is None or chat.session_id is None:
        raise RestError(400, "CHAT_RENAMING_FAILED", "The chat has no open session")
    chat.name = params.need("NAME")
    return Result({"SUCCESS": True, "DATA": {"RESULT": {}}})


def _connector(context: Context, params: Params) -> str:
    connector = params.need("CONNECTOR").lower()
    if connector not in context.portal.connectors:
        said = "Failed to find a suitable provider for the connector"
        raise RestError(400, "IMCONNECTOR_NO_CORRECT_PROVIDER", said)
    return connector


def _active_line(context: Context, params: Params) -> tuple[str, int]:
    connector = _connector(context, params)
    line = number(params.need("LINE"))
    if not isinstance(line, int) or not context.portal.line_is_active(connector, line):
        raise RestError(400, "NOT_ACTIVE_LINE", "The line with this ID is inactive or does not exist")
    return connector, line


def _elements(params: Params) -> list[dict[str, Any]]:
    """The elements with lower-cased keys; all three blocks have to be there."""
    elements = params.elements("MESSAGES")
    if not elements:
        raise argument_missing("MESSAGES")
    lowered = [_lower(one) for one in elements]
    for one in lowered:
        if not all(_block(one, name) for name in ("user", "message", "chat")):
            raise RestError(400, "ERROR_ARGUMENT", "The incorrect structure of a message inside MESSAGES parameter.")
    return lowered


def _block(element: Any, name: str) -> dict[str, Any]:
    block = element.get(name) if isinstance(element, dict) else None
    return block if isinstance(block, dict) else {}


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lower(one) for key, one in value.items()}
    return [_lower(one) for one in value] if isinstance(value, list) else value


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


METHODS: dict[str, Method] = {
    "imconnector.register": _register,
    "imconnector.unregister": _unregister,
    "imconnector.activate": _activate,
    "imconnector.connector.data.set": _data_set,
    "imconnector.status": _status,
    "imconnector.list": _list,
    "imconnector.send.messages": _send_messages,
    "imconnector.update.messages": _update_messages,
    "imconnector.delete.messages": _delete_messages,
    "imconnector.send.status.delivery": _status_delivery,
    "imconnector.send.status.reading": _status_reading,
    "imconnector.chat.name.set": _chat_name_set,
}
