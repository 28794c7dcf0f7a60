"""The fake portal's imopenlines.* and im.*: dialogs, sessions, notices in a chat. Histories: portal_histories."""

from sandbox.fakes.rest import Context, Method, Params, RestError, Result, access_error, argument_missing, iso
from sandbox.portals import OPERATOR_ID, OPERATOR_NAME, ImChat, ImMessage, number

_CONTACT_TYPES = ("contact", "3")


def _config_list(context: Context, _params: Params) -> Result:
    seen = dict.fromkeys(line["line"] for line in context.portal.config["lines"])
    fields = {"USER_NAME": OPERATOR_NAME, "USER_WORK_POSITION": "Operadora", "USER_AVATAR": "", "USER_AVATAR_ID": None}
    return Result(
        [
            {
                "ID": str(line),
                "LINE_NAME": f"WhatsApp {line}",
                "ACTIVE": "Y",
                "QUEUE": [OPERATOR_ID],
                "QUEUE_USERS_FIELDS": {str(OPERATOR_ID): fields},
                "CONFIG_QUEUE": [{"ENTITY_ID": "10", "ENTITY_TYPE": "department"}],
            }
            for line in seen
        ]
    )


def _dialog_get(context: Context, params: Params) -> Result:
    chat = find_chat(context, params)
    contact = chat.contact_id or 0
    last = chat.messages[-1].id if chat.messages else 0
    return Result(
        {
            "id": chat.id,
            "name": f"{chat.name} - WhatsApp",
            "owner": OPERATOR_ID,
            "type": "lines",
            "message_count": len(chat.messages),
            "last_message_id": last,
            "entity_type": "LINES",
            "entity_id": chat.user_code,
            "entity_data_1": f"{'Y' if contact else 'N'}|CONTACT|{contact}|N|N|{chat.last_session}|0|0|0|0",
            "entity_data_2": f"LEAD|0|COMPANY|0|CONTACT|{contact}|DEAL|0",
            "entity_data_3": "N",
            "date_create": iso(chat.messages[0].at_ms if chat.messages else context.now_ms),
            "message_type": "L",
            "manager_list": [OPERATOR_ID],
            "dialog_id": f"chat{chat.id}",
        }
    )


def _session_open(context: Context, params: Params) -> Result:
    """A look-up by USER_CODE; it creates nothing."""
    code = params.need("USER_CODE")
    for chat in context.portal.chats.values():
        if chat.user_code == code:
            return Result({"chatId": str(chat.id)})
    raise access_error()


def _session_start(context: Context, params: Params) -> Result:
    chat = find_chat(context, params)
    chat.session_id = context.portal.next_id()
    return Result(True)


def _crm_chat_get(context: Context, params: Params) -> Result:
    chats = [
        {"CHAT_ID": str(chat.id), "CONNECTOR_ID": chat.connector, "CONNECTOR_TITLE": "WhatsApp"}
        for chat in _chats_of_contact(context, params)
        if chat.session_id or not params.is_yes("ACTIVE_ONLY")
    ]
    return Result(chats)


def _crm_chat_last(context: Context, params: Params) -> Result:
    chats = _chats_of_contact(context, params)
    if not chats:
        raise RestError(400, "CRM_CHAT_EMPTY_CRM_DATA", "Could not find CRM object")
    return Result(chats[-1].id)


def _chats_of_contact(context: Context, params: Params) -> list[ImChat]:
    wanted = params.need("CRM_ENTITY")
    if params.need("CRM_ENTITY_TYPE").lower() not in _CONTACT_TYPES:
        return []
    return [chat for chat in context.portal.chats.values() if str(chat.contact_id) == wanted]


def _message_add(context: Context, params: Params) -> Result:
    """SYSTEM=Y writes a notice that stays inside the portal.

    A chat that the fake has not seen is taken as existing: events posted straight to the bridge name such chats.
    """
    dialog, text = params.need("DIALOG_ID"), params.text("MESSAGE")
    if not text:
        raise RestError(400, "MESSAGE_EMPTY", "Message can't be empty")
    if not dialog.removeprefix("chat").isdigit():
        raise RestError(400, "DIALOG_ID_EMPTY", "Dialog ID can't be empty")
    chat_id = number(dialog.removeprefix("chat"))
    chat = context.portal.chats.get(str(chat_id))
    if chat is None:
        chat = ImChat(chat_id, "", 0, "", 0, f"chat{chat_id}")
        context.portal.chats[str(chat_id)] = chat
    sender, author = ("system", 0) if params.is_yes("SYSTEM") else ("operator", 1)
    message = ImMessage(context.portal.next_id(), sender, author, text, context.now_ms)
    context.portal.add_message(chat, message)
    return Result(message.id)


def find_chat(context: Context, params: Params) -> ImChat:
    wanted = params.text("CHAT_ID") or params.text("DIALOG_ID").removeprefix("chat")
    session, code = params.text("SESSION_ID"), params.text("USER_CODE")
    if not wanted and not session and not code:
        raise argument_missing("CHAT_ID")
    for chat in context.portal.chats.values():
        if str(chat.id) == wanted or (session and str(chat.session_id) == session) or (code and chat.user_code == code):
            return chat
    raise access_error()


METHODS: dict[str, Method] = {
    "imopenlines.config.list.get": _config_list,
    "imopenlines.dialog.get": _dialog_get,
    "imopenlines.session.open": _session_open,
    "imopenlines.session.start": _session_start,
    "imopenlines.crm.chat.get": _crm_chat_get,
    "imopenlines.crm.chat.getlastid": _crm_chat_last,
    "im.message.add": _message_add,
}
