"""What a tenant's set-up asks of its account: who we are there, its inboxes and agents, and our webhooks.

Webhooks and the API inbox's secret need an administrator's token; the profile tells whether it is one.
Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/controllers/api/v1/{profiles,accounts/webhooks}_controller.rb,
app/models/webhook.rb (read 2026-11).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ponte.chatwoot.calls import ApiCall, checked_id
from ponte.chatwoot.tame import mapping, record_id, text

type Answer = Mapping[str, Any]

PEOPLE_SUBSCRIPTIONS = ("contact_created", "contact_updated")
OUR_SUBSCRIPTIONS = (
    *PEOPLE_SUBSCRIPTIONS,
    *("conversation_created", "conversation_updated", "conversation_status_changed"),
    *("message_created", "message_updated"),
)
SUBSCRIPTIONS = (
    *OUR_SUBSCRIPTIONS,
    *("webwidget_triggered", "conversation_typing_on", "conversation_typing_off", "inbox_created", "inbox_updated"),
)
MAX_URL_CHARS = 2048
MAX_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Membership:
    """One account of the token's owner. role: "administrator", "agent", or a custom one's."""

    account_id: int
    role: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The token's owner: the integration user, by whose id our own writes are recognised."""

    user_id: int
    accounts: tuple[Membership, ...]

    def role_in(self, account_id: int) -> str:
        """ "" where the user has no part in the account."""
        return next((each.role for each in self.accounts if each.account_id == account_id), "")


@dataclass(frozen=True, slots=True)
class Inbox:
    """identifier: of the public client API. secret, hmac_token: for administrators only, "" for others and before
    4.13.0; the one signs webhooks, the other proves contacts, and they are never the same."""

    id: int
    name: str
    channel_type: str
    identifier: str = ""
    webhook_url: str = ""
    secret: str = field(default="", repr=False)
    hmac_token: str = field(default="", repr=False)
    lock_to_single_conversation: bool = False


@dataclass(frozen=True, slots=True)
class Agent:
    """availability: online, offline or busy."""

    id: int
    name: str = field(repr=False)
    email: str = field(repr=False)
    role: str = ""
    availability: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. secret: Chatwoot's own choice, "" before 4.11.2: then nothing is signed."""

    id: int
    url: str = field(repr=False)  # may end in a secret
    subscriptions: frozenset[str] = frozenset()
    secret: str = field(default="", repr=False)


def profile() -> ApiCall:
    """Whose token this is, the cheapest check of it: `profile_of`."""
    return ApiCall("GET", "/profile", family="user", repeatable=True)


def inboxes() -> ApiCall:
    """`inboxes_of`."""
    return ApiCall("GET", "/inboxes", repeatable=True)


def agents() -> ApiCall:
    """`agents_of`."""
    return ApiCall("GET", "/agents", repeatable=True)


def webhooks() -> ApiCall:
    """All of the account with their secrets: `webhooks_of`. There is no read of one alone."""
    return ApiCall("GET", "/webhooks", repeatable=True)


def create_webhook(url: str, subscriptions: Sequence[str] = OUR_SUBSCRIPTIONS, name: str = "Ponte") -> ApiCall:
    """A new one, which chooses its secret: `webhook_of`. url: https, unique in the account.

    On unknown fate, or refused by url: it is there already, `webhooks` shows it.
    """
    return ApiCall("POST", "/webhooks", body=_webhook(url, subscriptions) | {"name": name[:255]})


def update_webhook(webhook_id: int, url: str, subscriptions: Sequence[str]) -> ApiCall:
    """`webhook_of`. The secret stays: a new one takes a new webhook, both valid until the old one is deleted."""
    path = f"/webhooks/{checked_id('webhook_id', webhook_id)}"
    return ApiCall("PATCH", path, body=_webhook(url, subscriptions), repeatable=True)


def delete_webhook(webhook_id: int) -> ApiCall:
    """Classified so that "gone already" is a success."""
    path = f"/webhooks/{checked_id('webhook_id', webhook_id)}"
    return ApiCall("DELETE", path, repeatable=True, answers="nothing")


def profile_of(answer: Answer) -> Profile | None:
    """Of `profile`: {id, accounts: [{id, role}], ...}, and much that is not read: it holds tokens."""
    user_id = record_id(answer.get("id"))
    found = tuple(
        Membership(record_id(each.get("id")), text(each.get("role"), 64)) for each in _rows(answer.get("accounts"))
    )
    return Profile(user_id, tuple(each for each in found if each.account_id)) if user_id else None


def inboxes_of(answer: Answer) -> tuple[Inbox, ...]:
    """Of `inboxes`: {payload: [..]}."""
    found = (
        Inbox(
            id=record_id(each.get("id")),
            name=text(each.get("name"), 255),
            channel_type=text(each.get("channel_type"), 64),
            identifier=text(each.get("inbox_identifier"), 255),
            webhook_url=text(each.get("webhook_url"), MAX_URL_CHARS),
            secret=text(each.get("secret"), 255),
            hmac_token=text(each.get("hmac_token"), 255),
            lock_to_single_conversation=each.get("lock_to_single_conversation") is True,
        )
        for each in _rows(answer.get("payload"))
    )
    return tuple(each for each in found if each.id)


def agents_of(answer: Answer) -> tuple[Agent, ...]:
    """Of `agents`: a bare array, which `errors.classify` puts under "items"."""
    found = (
        Agent(
            id=record_id(each.get("id")),
            name=text(each.get("name"), 255),
            email=text(each.get("email"), 255),
            role=text(each.get("role"), 64),
            availability=text(each.get("availability_status"), 64),
        )
        for each in _rows(answer.get("items"))
    )
    return tuple(each for each in found if each.id)


def webhooks_of(answer: Answer) -> tuple[Webhook, ...]:
    """Of `webhooks`: {payload: {webhooks: [..]}}."""
    found = (_read_webhook(each) for each in _rows(mapping(answer, "payload").get("webhooks")))
    return tuple(each for each in found if each is not None)


def webhook_of(answer: Answer) -> Webhook | None:
    """Of `create_webhook` and `update_webhook`: {payload: {webhook: {..}}}."""
    return _read_webhook(mapping(answer, "payload", "webhook"))


def _read_webhook(node: Mapping[str, Any]) -> Webhook | None:
    found = record_id(node.get("id"))
    if not found:
        return None
    names = node.get("subscriptions")
    subscriptions = frozenset(text(name, 64) for name in (names[:100] if type(names) is list else ()))
    return Webhook(found, text(node.get("url"), MAX_URL_CHARS), subscriptions - {""}, text(node.get("secret"), 255))


def _webhook(url: str, subscriptions: Iterable[str]) -> dict[str, Any]:
    names = list(dict.fromkeys(subscriptions))
    if not names or not set(names) <= set(SUBSCRIPTIONS):
        raise ValueError("subscriptions")
    if len(url) > MAX_URL_CHARS or not url.isprintable() or urlsplit(url).scheme != "https" or not urlsplit(url).netloc:
        raise ValueError("url")
    return {"url": url, "subscriptions": names}


def _rows(node: Any) -> list[dict[str, Any]]:
    return [each for each in node[:MAX_ROWS] if type(each) is dict] if type(node) is list else []
