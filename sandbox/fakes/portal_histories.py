"""The fake portal's histories of a chat: page by page for its participants, session by session for anybody.

Who may ask, from the methods' own pages (b24restdocs, read November 2026): im.dialog.messages.get participants only;
imopenlines.session.history.get by CHAT_ID participants only, and the last session only; by SESSION_ID any user.
"""

from typing import Any

from sandbox.fakes.portal_lines import find_chat
from sandbox.fakes.rest import Context, Method, Params, RestError, Result, access_error, argument_missing, iso, php_map
from sandbox.portals import OPERATORS, ImChat, ImMessage

PAGE = 20
LARGEST_PAGE = 50
_WHISPER = "bx-messenger-content-item-system"


def _session_history(context: Context, params: Params) -> Result:
    by_session = params.integer("SESSION_ID")
    chat = _chat_of_session(context, by_session) if by_session else find_chat(context, params)
    if chat.history_access == "none" or (not by_session and chat.history_access != "participant"):
        raise RestError(403, "ACCESS_DENIED", "You cannot open this conversation because you do not have rights")
    session = by_session or chat.last_session
    shown = [one for one in chat.messages if one.session_id == session]
    messages = {str(one.id): _as_session_shows(chat, one) for one in shown}
    order = [str(one.id) for one in reversed(shown)]
    return Result(
        {
            "chatId": chat.id,
            "canJoin": "Y",
            "sessionId": session,
            "userId": f"chat{chat.id}",
            "message": php_map(messages.items()),
            "usersMessage": php_map([(f"chat{chat.id}", order)] if order else []),
            "users": php_map((str(user["id"]), user) for user in _users(chat, shown)),
            "files": php_map((str(file["id"]), file) for file in _files(chat, shown)),
        }
    )


def _as_session_shows(chat: ImChat, one: ImMessage) -> dict[str, Any]:
    params: dict[str, Any] = {"connectorMid": one.connector_mids} if one.connector_mids else {}
    params |= {"fileId": _file_ids(one)} if one.files else {}
    return {
        "id": str(one.id),
        "chatid": str(chat.id),
        "senderid": str(one.author_id),
        "recipientid": f"chat{chat.id}",
        "date": iso(one.at_ms),
        "text": one.text,
        "textlegacy": one.text,
        "params": php_map((params | ({"class": _WHISPER} if one.whisper else {})).items()),
    }


def _dialog_messages(context: Context, params: Params) -> Result:
    """Newest first; FIRST_ID gives the next newer ones, 0 the very first ones, LAST_ID older ones."""
    if not params.text("DIALOG_ID"):
        raise RestError(400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
    chat = find_chat(context, params)
    if chat.history_access != "participant":
        raise access_error()
    last = params.integer("LAST_ID")
    forward = params.get("FIRST_ID") is not None
    limit = min(max(params.integer("LIMIT", PAGE), 1), LARGEST_PAGE)
    found = [one for one in chat.messages if one.id > params.integer("FIRST_ID") and (not last or one.id < last)]
    page = found[:limit] if forward else found[-limit:]
    shown = [_as_dialog_shows(chat, one) for one in reversed(page)]
    return Result({"chat_id": chat.id, "messages": shown, "users": _users(chat, page), "files": _files(chat, page)})


def _as_dialog_shows(chat: ImChat, one: ImMessage) -> dict[str, Any]:
    params: dict[str, Any] = {"CONNECTOR_MID": one.connector_mids} if one.connector_mids else {}
    params |= {"FILE_ID": _file_ids(one)} if one.files else {}
    return {
        "id": one.id,
        "chat_id": chat.id,
        "author_id": one.author_id,
        "date": iso(one.at_ms),
        "text": one.text,
        "unread": False,
        "params": php_map((params | ({"CLASS": _WHISPER} if one.whisper else {})).items()),
    }


def _users(chat: ImChat, shown: list[ImMessage]) -> list[dict[str, Any]]:
    """Whoever wrote something of this."""
    authors = {str(one.author_id) for one in shown}
    known = [{"id": chat.user_id, "name": chat.name, "connector": True}]
    known += [{"id": number, "name": name, "connector": False} for number, name in OPERATORS.items()]
    return [user for user in known if str(user["id"]) in authors]


def _file_ids(one: ImMessage) -> list[int]:
    return [int(file.id.removeprefix("f")) for file in one.files]


def _files(chat: ImChat, shown: list[ImMessage]) -> list[dict[str, Any]]:
    """Without a link that works for anybody who is not logged in."""
    return [
        {
            "id": number,
            "chatId": chat.id,
            "date": iso(one.at_ms),
            "type": "image" if file.mime_type.startswith("image/") else "file",
            "name": file.name,
            "size": len(file.data),
        }
        for one in shown
        for number, file in zip(_file_ids(one), one.files, strict=True)
    ]


def _chat_of_session(context: Context, session: int) -> ImChat:
    for chat in context.portal.chats.values():
        if session == chat.session_id or any(one.session_id == session for one in chat.messages):
            return chat
    raise argument_missing("SESSION_ID")


METHODS: dict[str, Method] = {
    "imopenlines.session.history.get": _session_history,
    "im.dialog.messages.get": _dialog_messages,
}
