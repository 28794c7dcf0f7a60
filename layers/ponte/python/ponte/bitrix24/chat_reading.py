"""Reading one chat's history, whichever way the portal allows: a plan of calls, one after the other, without any I/O.

    im.dialog.messages.get, page by page        participants of the chat only; all sessions
      | refused                                 (the installer's user need not be one: the rule, not the exception)
    imopenlines.dialog.get                      the chat's card: its last session, its customer's hidden user
    imopenlines.session.history.get SESSION_ID  any user of the portal; one session
      | refused
    imopenlines.session.history.get CHAT_ID     participants only; the last session

Whoever drives it sends `call` and tells `take` or `refuse` what came of it, until `call` is None. Reads only, so every
call may be repeated.

Source: bitrix24/b24restdocs, im-dialog-messages-get.md, imopenlines-dialog-get.md, imopenlines-session-history-get.md
(read 2026-11).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ponte.bitrix24 import answers, requests
from ponte.bitrix24.history import HistoryMessage, HistoryPage, HistoryUser, read_page
from ponte.bitrix24.requests import RestCall
from ponte.bitrix24.values import OperatorFile

MAX_PAGES = 40  # of fifty messages; a busier chat goes on where it stopped, see `ChatHistory.gap`
type Gap = Literal["", "last_session_only", "too_long", "author_unknown"]
type _Step = Literal["newest", "older", "newer", "customer", "card", "session", "previous", "by_chat"]


@dataclass(frozen=True, slots=True)
class Written:
    """An operator's message that WhatsApp was never acknowledged for. author: the name to sign with, "" if untold."""

    message: HistoryMessage
    author: str
    files: tuple[OperatorFile, ...]


@dataclass(frozen=True, slots=True)
class ChatHistory:
    """written: by ascending id. messages: all that was read, by ascending id. session_id: "" where none was asked for.

    gap: why messages may be missing from it. last_session_only: the portal shows one session, and an earlier one was
    open within the range. too_long: over MAX_PAGES back in time. author_unknown: a message whose author may be the
    customer; such a one is never among `written`.
    """

    written: tuple[Written, ...]
    messages: tuple[HistoryMessage, ...]
    session_id: str
    gap: Gap


class ChatReading:
    """chat_id: the portal's. newer_than: the last message id that is settled, None at a first look. since_ms: nothing
    older is asked for then. session_id: the session that was read last, "" if none."""

    def __init__(self, chat_id: str, *, newer_than: int | None, since_ms: int, session_id: str = "") -> None:
        self.chat_id = chat_id
        self.refused = ""
        self._newer_than = newer_than
        self._since_ms = since_ms
        self._known_session = session_id
        self._pages = 0
        self._gap: Gap = ""
        self._customer_id = ""
        self._count = 0
        self._session_id = ""
        self._clear()
        self._step: _Step
        self.call: RestCall | None
        if newer_than is None:
            self._ask("newest", requests.dialog_messages(chat_id))
        else:
            self._ask("newer", requests.dialog_messages(chat_id, newer_than=newer_than))

    def take(self, result: Any) -> None:
        """The call succeeded with this `result`."""
        if self._step in ("card", "customer"):
            self._take_card(result)
            return
        page = read_page(result)
        if page is None:
            self.refuse("unreadable_answer")
            return
        fresh = self._add(page)
        match self._step:
            case "newest" | "older" | "newer":
                self._turn(fresh)
            case "session" | "by_chat":
                self._session_id = page.session_id or self._session_id
                if self._known_session not in ("", self._session_id):
                    self._ask("previous", requests.history(session_id=self._known_session))
                else:
                    self._end_sessions()
            case _:
                self._end_sessions()

    def refuse(self, code: str) -> None:
        """The portal will not answer this call; the next way, or the end with `refused`."""
        match self._step:
            case "newest" | "older" | "newer":
                self._clear()
                self._ask("card", requests.dialog(self.chat_id))
            case "card" | "session":
                self._ask("by_chat", requests.history(chat_id=self.chat_id))
            case "previous":
                self._end_sessions()
            case "customer":
                self.call = None
            case "by_chat":
                self.refused = code
                self.call = None

    def history(self) -> ChatHistory:
        """What was read; for when `call` is None and nothing was refused."""
        messages = tuple(sorted(self._messages.values(), key=lambda message: message.id))
        unsent = [message for message in messages if _may_be_an_operators(message)]
        doubtful = [message for message in unsent if self._is_doubtful(message.author_id)]
        written = tuple(
            Written(message, self._name(message.author_id), self._files_of(message))
            for message in unsent
            if not self._is_customer(message.author_id) and not self._is_doubtful(message.author_id)
        )
        return ChatHistory(written, messages, self._session_id, self._gap or ("author_unknown" if doubtful else ""))

    def _ask(self, step: _Step, call: RestCall) -> None:
        self._step, self.call = step, call

    def _clear(self) -> None:
        self._messages: dict[int, HistoryMessage] = {}
        self._users: dict[str, HistoryUser] = {}
        self._files: dict[str, OperatorFile] = {}

    def _add(self, page: HistoryPage) -> int:
        """How many messages of it are new."""
        before = len(self._messages)
        self._messages |= {message.id: message for message in page.messages}
        self._users |= page.users
        self._files |= page.files
        self._pages += 1
        return len(self._messages) - before

    def _turn(self, fresh: int) -> None:
        """The next page, until one brings nothing new: portals may give fewer messages a page than asked for."""
        forward = self._step == "newer"
        oldest = min(self._messages) if self._messages else 0
        reached = not forward and bool(oldest) and 0 < self._messages[oldest].at_ms <= self._since_ms
        if not fresh or reached:
            self._end_dialog()
        elif self._pages >= MAX_PAGES:
            self._gap = "" if forward else "too_long"
            self._end_dialog()
        elif forward:
            self._ask("newer", requests.dialog_messages(self.chat_id, newer_than=max(self._messages)))
        else:
            self._ask("older", requests.dialog_messages(self.chat_id, older_than=oldest))

    def _end_dialog(self) -> None:
        authors = {message.author_id for message in self._messages.values() if _may_be_an_operators(message)}
        if any(author not in self._users for author in authors):
            self._ask("customer", requests.dialog(self.chat_id))
        else:
            self.call = None

    def _take_card(self, result: Any) -> None:
        answer: Mapping[str, Any] = {"result": result}
        card = answers.dialog_ids(answer)
        user_code = card.user_code.split("|")
        self._customer_id = user_code[3] if len(user_code) == 4 else ""
        self._count = answers.message_count(answer)
        if self._step == "customer":
            self.call = None
        elif card.session_id:
            self._session_id = card.session_id
            self._ask("session", requests.history(session_id=card.session_id))
        else:
            self._ask("by_chat", requests.history(chat_id=self.chat_id))

    def _end_sessions(self) -> None:
        self.call = None
        first = self._messages[min(self._messages)] if self._messages else None
        reaches_back = first is not None and (
            0 < first.at_ms <= self._since_ms or (self._newer_than is not None and first.id <= self._newer_than)
        )
        same = self._known_session != "" and self._known_session == self._session_id
        whole = 0 < self._count <= len(self._messages)
        self._gap = "" if first is None or reaches_back or same or whole else "last_session_only"

    def _is_customer(self, author_id: str) -> bool:
        user = self._users.get(author_id)
        return author_id == self._customer_id or (user is not None and user.is_customer)

    def _is_doubtful(self, author_id: str) -> bool:
        return author_id not in self._users and not self._customer_id

    def _name(self, author_id: str) -> str:
        user = self._users.get(author_id)
        return user.name if user else ""

    def _files_of(self, message: HistoryMessage) -> tuple[OperatorFile, ...]:
        """A file that the portal does not describe keeps its place."""
        nameless = OperatorFile("", "", "", "", None)
        return tuple(self._files.get(file_id, nameless) for file_id in message.file_ids)


def _may_be_an_operators(message: HistoryMessage) -> bool:
    """Sent to the customer by a person or a bot, as far as the message itself tells, and not acknowledged.

    The portal's own texts (author 0) are left out: a line's automatic greeting cannot be told from a note to operators
    ("the dialog was closed", our own notices), and a greeting lost is better than a note at the customer's.
    """
    if message.author_id == "0" or message.internal or message.deleted or message.mids:
        return False
    return bool(message.text.strip() or message.file_ids)
