"""The live state of one fake portal: its tokens, connectors, hidden users, chats, messages and CRM records."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.scenario import Chat, Id, Line, Portal
from sandbox.shown_files import ShownFile

CONTACT, LEAD = 3, 1
OPERATOR_ID = 27
OPERATORS = {OPERATOR_ID: "Ana Souza", 31: "Bruno Lima", 42: "Carla Dias"}
OPERATOR_NAME = OPERATORS[OPERATOR_ID]
BOUND_EVENTS = (
    *("ONIMCONNECTORMESSAGEADD", "ONIMCONNECTORMESSAGEUPDATE", "ONIMCONNECTORMESSAGEDELETE"),
    *("ONIMCONNECTORDIALOGSTART", "ONIMCONNECTORDIALOGFINISH", "ONIMCONNECTORSTATUSDELETE", "ONIMCONNECTORLINEDELETE"),
    *("ONAPPUPDATE", "ONAPPUNINSTALL", "ONAPPPAYMENT", "ONAPPTEST"),
)
EVENTS = (*BOUND_EVENTS, "ONAPPINSTALL", "ONCRMCONTACTADD", "ONCRMCONTACTUPDATE", "ONCRMCONTACTDELETE")
MID_LENGTH = 100


@dataclass
class ImMessage:
    """sender: customer, operator or system. waiting: an operator's message that shows the "sending" clock. whisper: for
    operators only. session_id: the chat's session when it was written, 0 = none."""

    id: int
    sender: str
    author_id: Id
    text: str
    at_ms: int
    connector_mids: list[str] = field(default_factory=list)
    waiting: bool = False
    files: list[ShownFile] = field(default_factory=list)
    whisper: bool = False
    session_id: int = 0


@dataclass
class ImChat:
    """external: chat.id of the connector. user_id: the internal id of the hidden user. session_id: None when closed.

    history_access: of the app's user. participant: of the chat; session_only: sees sessions by their id; none.
    """

    id: Id
    connector: str
    line: int
    external: str
    user_id: Id
    name: str
    session_id: int | None = None
    contact_id: Id | None = None
    messages: list[ImMessage] = field(default_factory=list)
    history_access: str = "participant"

    @property
    def last_session(self) -> int:
        """The open one, else the one that was open last; 0 = there was none."""
        return self.session_id or max((message.session_id for message in self.messages), default=0)

    @property
    def user_code(self) -> str:
        return f"{self.connector}|{self.line}|{self.external}|{self.user_id}"

    def as_data(self) -> dict[str, Any]:
        return {
            "chat_id": self.id,
            "external": self.external,
            "name": self.name,
            "line": self.line,
            "messages": [self._message(one) for one in self.messages],
        }

    @staticmethod
    def _message(one: ImMessage) -> dict[str, Any]:
        data: dict[str, Any] = {
            "id": one.id,
            "from": one.sender,
            "text": one.text,
            "at_ms": one.at_ms,
            "ack": not one.waiting,
        }
        data |= {"files": [file.as_data() for file in one.files]} if one.files else {}
        if one.sender == "operator":
            return {**data, "source_id": str(one.id)}
        return {**data, "source_id": one.connector_mids[0]} if one.connector_mids else data


class PortalState:
    """What a portal holds. `config` is the scenario's portal itself: changes to it show in GET /scenario."""

    def __init__(self, config: Portal, events_url: str) -> None:
        self.config = config
        self.access_tokens: dict[str, float] = {config["access_token"]: config["expires_at"]}
        self.codes: set[str] = set()
        self.old_domains: set[str] = set()
        self.installed = config["installed"]
        self.connectors: dict[str, str] = {}
        self.handlers: list[tuple[str, str]] = []
        if self.installed:
            self.connectors = {line["connector"]: "WhatsApp" for line in config["lines"]}
            self.handlers = [(event, events_url) for event in BOUND_EVENTS]
        self.users: dict[tuple[str, str], Id] = {}
        self.chats: dict[str, ImChat] = {}
        self.items: dict[int, dict[str, dict[str, Any]]] = {CONTACT: {}, LEAD: {}}
        self.acknowledged: set[tuple[str, str]] = set()
        self._last_id = self._highest_seeded_id()
        for contact in config["contacts"]:
            fm = [{"id": self.next_id(), "valueType": "WORK", "value": p, "typeId": "PHONE"} for p in contact["phones"]]
            item = {"id": number(contact["id"]), "name": contact["name"], "lastName": "", "fm": fm}
            self.items[CONTACT][str(contact["id"])] = item
        for chat in config["chats"]:
            self._seed_chat(chat)
        for sent in config["sent"]:
            self._seed_sent(sent["im_message_id"], sent["wamids"], sent["external"])

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def line(self, connector: str, line: int) -> Line | None:
        for one in self.config["lines"]:
            if (one["connector"], one["line"]) == (connector, line):
                return one
        return None

    def line_is_active(self, connector: str, line: int) -> bool:
        found = self.line(connector, line)
        return found is not None and found["active"]

    def chat_of(self, connector: str, line: int, external: str, user_id: Id) -> ImChat | None:
        wanted = f"{connector}|{line}|{external}|{user_id}"
        return next((chat for chat in self.chats.values() if chat.user_code == wanted), None)

    def chat_with_external(self, external: str) -> ImChat | None:
        return next((chat for chat in self.chats.values() if chat.external == external), None)

    def add_chat(self, chat: ImChat) -> ImChat:
        """Keep a new chat, in the portal's memory and in the scenario that is shown."""
        self.chats[str(chat.id)] = chat
        shown = Chat(
            chat_id=chat.id,
            external=chat.external,
            connector=chat.connector,
            line=chat.line,
            bitrix_user_id=chat.user_id,
            name=chat.name,
            history_access=chat.history_access,
        )
        if chat.contact_id is not None:
            shown["contact_id"] = chat.contact_id
        self.config["chats"].append(shown)
        return chat

    def add_message(self, chat: ImChat, message: ImMessage) -> ImMessage:
        message.session_id = chat.session_id or 0
        chat.messages.append(message)
        self._last_id = max(self._last_id, message.id)
        return message

    def message(self, chat_id: Id, message_id: Id) -> ImMessage | None:
        chat = self.chats.get(str(chat_id))
        found = (one for one in (chat.messages if chat else []) if str(one.id) == str(message_id))
        return next(found, None)

    def contact_with_phone(self, phone: str) -> Id | None:
        """The first contact that has exactly these digits."""
        wanted = digits(phone)
        for item in self.items[CONTACT].values() if wanted else []:
            if any(digits(str(fm.get("value", ""))) == wanted for fm in item.get("fm", [])):
                found: Id = item["id"]
                return found
        return None

    def _highest_seeded_id(self) -> int:
        ids: list[Id] = [contact["id"] for contact in self.config["contacts"]]
        ids += [sent["im_message_id"] for sent in self.config["sent"]]
        for chat in self.config["chats"]:
            ids += [chat["chat_id"], chat["bitrix_user_id"]]
        return max([90_000, *(one for one in map(number, ids) if isinstance(one, int))])

    def _seed_chat(self, chat: Chat) -> None:
        user_id = number(chat["bitrix_user_id"])
        self.users[chat["connector"], chat["external"]] = user_id
        name = chat.get("name") or chat["external"]
        new = ImChat(number(chat["chat_id"]), chat["connector"], chat["line"], chat["external"], user_id, name)
        new.contact_id = number(chat["contact_id"]) if "contact_id" in chat else None
        new.history_access = chat["history_access"]
        self.chats[str(new.id)] = new

    def _seed_sent(self, message_id: Id, wamids: list[str], external: str) -> None:
        chat = self.chat_with_external(external)
        if chat is not None and isinstance(number(message_id), int):
            self.add_message(chat, ImMessage(int(message_id), "operator", OPERATOR_ID, "", 0, list(wamids)))
            self.acknowledged.add((str(chat.id), str(message_id)))


def number(value: Id) -> Id:
    """Ids come as int or as string; digits are shown as a number."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def digits(phone: str) -> str:
    return "".join(one for one in phone if one in "0123456789")
