"""The live state of one account of the fake Chatwoot: contacts, their places in inboxes, subscriptions, what to post.

Conversations and messages stand in chatwoot_talk.py.

Webhooks are built when they are posted, from the row as it is then: a job whose contact is gone comes to nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.chatwoot_talk import Talk
from sandbox.scenario import ChatwootAccount

type Row = dict[str, Any]

ADMINISTRATOR, AGENT, BOT = "administrator", "agent", "bot"
DEFAULT_SUBSCRIPTIONS = (
    *("conversation_status_changed", "conversation_updated", "conversation_created"),
    *("contact_created", "contact_updated", "message_created", "message_updated", "webwidget_triggered"),
)
UNIQUE = ("email", "identifier", "phone_number")
SHOWN = (
    *("additional_attributes", "availability_status", "email", "id", "name", "phone_number", "blocked", "identifier"),
    *("thumbnail", "custom_attributes", "last_activity_at", "created_at"),
)


@dataclass(frozen=True, slots=True)
class User:
    """Whose token it is. role: administrator, agent or bot."""

    id: int
    name: str
    email: str
    role: str


@dataclass
class Place:
    """A row of contact_inboxes."""

    id: int
    contact_id: int
    inbox_id: int
    source_id: str
    pubsub_token: str
    at_ms: int
    hmac_verified: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A webhook to be built and posted. changed: name -> (before, after), None where the event tells no changes."""

    account: "AccountState"
    event: str
    record_id: int
    generation: int
    changed: tuple[tuple[str, Any, Any], ...] | None = None


@dataclass
class AccountState:
    """config: the scenario's own account; what changes here shows in GET /scenario.

    births: contact -> at which count of the account's contacts it was born, for races. having: (name of UNIQUE, value
    in lower case) -> ids of contacts. tags: labels as first written, by lower case. emit: takes a job to be posted.
    """

    config: ChatwootAccount
    now_ms: Callable[[], int]
    emit: Callable[["AccountState", str, int, tuple[tuple[str, Any, Any], ...] | None], None]
    contacts: dict[int, Row] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    updated_ms: dict[int, int] = field(default_factory=dict)
    births: dict[int, int] = field(default_factory=dict)
    having: dict[tuple[str, str], dict[int, None]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    windows: dict[tuple[str, int], int] = field(default_factory=dict)
    born: int = 0

    def __post_init__(self) -> None:
        self._last_id: int = max([5_000, *(int(one["id"]) for one in self._seeded())])
        for contact in self.config["contacts"]:
            self.contacts[contact["id"]] = contact
            self.updated_ms[contact["id"]] = self.now_ms()
            self.births[contact["id"]] = 0
            self._note(contact)
            for place in contact.get("contact_inboxes", []):
                self.add_place(contact["id"], place["inbox"]["id"], place["source_id"])
        self.talk = Talk(self)

    @property
    def signs(self) -> bool:
        """Whether this release signs account webhooks."""
        return self.is_since(4, 11, 2)

    def is_since(self, *version: int) -> bool:
        return tuple(int(part) for part in self.config["version"].split(".")[:3]) >= version

    def user(self, token: str) -> User | None:
        """The owner of a token, of the account."""
        config = self.config
        if token == config["api_key"]:
            return User(config["integration_user_id"], "Ponte", "ponte@escritorio.example", config["role"])
        for agent in config["agents"]:
            if token and token == agent.get("api_key"):
                return User(agent["id"], agent["name"], agent["email"], agent["role"])
        return User(0, "Bot", "", BOT) if token and token in config["bot_keys"] else None

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def token(self, kind: str) -> str:
        """A secret of the fake's own choice, another one each time."""
        return f"{kind}-sandbox-{self.config['account_id']}-{self.next_id():06d}"

    def inbox(self, inbox_id: Any) -> Row | None:
        return next((one for one in self.config["inboxes"] if one["id"] == inbox_id), None)

    def add_contact(self, fields: Row) -> Row:
        """A new row; what it must not share with another was judged before."""
        now = self.now_ms()
        row: Row = {
            "additional_attributes": {},
            "availability_status": "offline",
            "email": None,
            "id": self.next_id(),
            "name": "",
            "phone_number": None,
            "blocked": False,
            "identifier": None,
            "thumbnail": "",
            "custom_attributes": {},
            "created_at": now // 1000,
            "labels": [],
            **fields,
        }
        self.born += 1
        self.contacts[row["id"]] = row
        self.births[row["id"]] = self.born
        self._note(row)
        self.updated_ms[row["id"]] = now
        self.config["contacts"].append(row)
        self.emit(self, "contact_created", row["id"], None)
        return row

    def change_contact(self, row: Row, fields: Row) -> bool:
        """Write what differs; an event comes of it only then. Labels alone do not touch the row's time."""
        changes = [(key, row.get(key), value) for key, value in fields.items() if row.get(key) != value]
        if not changes:
            return False
        if any(key != "labels" for key, *_ in changes):
            before, now = self.updated_ms[row["id"]], self.now_ms()
            self.updated_ms[row["id"]] = now = max(now, before + 1)
            changes.append(("updated_at", before, now))
        self._forget(row)
        row.update(fields)
        self._note(row)
        told = tuple(("label_list" if key == "labels" else key, before, after) for key, before, after in changes)
        self.emit(self, "contact_updated", row["id"], told)
        return True

    def remove_contact(self, row: Row) -> None:
        """Without a word: no release tells of a deletion."""
        self._forget(row)
        del self.contacts[row["id"]]
        self.config["contacts"].remove(row)
        self.places = [place for place in self.places if place.contact_id != row["id"]]
        self.talk.forget(row["id"])

    def add_place(self, contact_id: int, inbox_id: int, source_id: str) -> Place:
        place = Place(self.next_id(), contact_id, inbox_id, source_id, self.token("pubsub"), self.now_ms())
        self.places.append(place)
        self.show_places(contact_id)
        return place

    def place(self, inbox_id: Any, source_id: Any) -> Place | None:
        return next((one for one in self.places if (one.inbox_id, one.source_id) == (inbox_id, source_id)), None)

    def places_of(self, contact_id: int) -> Iterator[Place]:
        return (one for one in self.places if one.contact_id == contact_id)

    def show_places(self, contact_id: int) -> None:
        self.contacts[contact_id]["contact_inboxes"] = [self.shown_place(one) for one in self.places_of(contact_id)]

    def shown_place(self, place: Place) -> Row:
        return {"source_id": place.source_id, "inbox": self.slim_inbox(place.inbox_id)}

    def slim_inbox(self, inbox_id: int) -> Row:
        inbox = self.inbox(inbox_id) or {}
        return {
            "id": inbox_id,
            "avatar_url": "",
            "channel_id": inbox_id,
            "name": inbox.get("name", ""),
            "channel_type": inbox.get("channel_type", ""),
            "provider": None,
        }

    def shown(self, row: Row, *, with_places: bool = True) -> Row:
        """A contact as the API shows it; times that are not set are absent."""
        view = {key: row.get(key) for key in SHOWN if key in row or not key.endswith("_at")}
        view |= {
            "availability_status": row.get("availability_status", "offline"),
            "thumbnail": row.get("thumbnail", ""),
        }
        if with_places:
            view["contact_inboxes"] = [self.shown_place(one) for one in self.places_of(row["id"])]
        return view

    def is_told(self, event: str) -> bool:
        """Whether anybody may want the event: the account's webhooks, or an API inbox's own."""
        own = any(one.get("webhook_url") for one in self.config["inboxes"])
        return bool(self.webhooks_for(event)) or (own and not event.startswith("contact_"))

    def who_has(self, name: str, value: Any) -> list[Row]:
        """The contacts with one of UNIQUE, in whatever case, in the order of their ids."""
        return [self.contacts[found] for found in sorted(self.having.get((name, str(value).lower()), {}))]

    def _note(self, row: Row) -> None:
        for name in UNIQUE:
            if row.get(name):
                self.having.setdefault((name, str(row[name]).lower()), {})[row["id"]] = None
        for label in row.get("labels") or []:
            self.tags.setdefault(str(label).lower(), str(label))

    def _forget(self, row: Row) -> None:
        for name in UNIQUE:
            if row.get(name):
                self.having.get((name, str(row[name]).lower()), {}).pop(row["id"], None)

    def webhooks_for(self, event: str) -> list[Row]:
        return [dict(one) for one in self.config["webhooks"] if event in one["subscriptions"]]

    def _seeded(self) -> Iterator[Row]:
        config = self.config
        for rows in (config["contacts"], config["conversations"], config["messages"], config["webhooks"]):
            yield from rows
