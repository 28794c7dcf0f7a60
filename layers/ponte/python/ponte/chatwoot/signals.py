"""What Chatwoot tells beside people and talk: somebody types, the website's widget was opened, an inbox was changed.

Nothing of it is relayed. Typing and widget bodies carry a whole conversation or contact, an inbox's its channel's
secrets; of each only ids are kept.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/listeners/webhook_listener.rb (read 2026-11).
"""

from dataclasses import dataclass

from ponte.chatwoot import conversations
from ponte.chatwoot.tame import Json, mapping, record_id


@dataclass(frozen=True, slots=True)
class Typing:
    """is_private: in a note to staff. is_staff: an agent types, else the customer."""

    account_id: int
    conversation_id: int
    is_on: bool
    is_private: bool = False
    is_staff: bool = False
    reason = "typing"

    @property
    def name(self) -> str:
        return f"conversation_typing_{'on' if self.is_on else 'off'}"


@dataclass(frozen=True, slots=True)
class WidgetTriggered:
    """conversation_id: the one that goes on there, 0 for none."""

    account_id: int
    contact_id: int
    inbox_id: int
    conversation_id: int = 0
    name = "webwidget_triggered"
    reason = "widget"


@dataclass(frozen=True, slots=True)
class InboxChanged:
    """name: inbox_created or inbox_updated. Which inbox it was the body does not say: read them all anew."""

    name: str
    account_id: int
    reason = "inbox"


type Signal = Typing | WidgetTriggered | InboxChanged


def typing(name: str, account_id: int, node: Json) -> Typing:
    nested = mapping(node, "conversation")
    return Typing(
        account_id=account_id or conversations.account_of(nested),
        conversation_id=record_id(nested.get("id")),
        is_on=name == "conversation_typing_on",
        is_private=node.get("is_private") is True,
        is_staff=mapping(node, "user").get("type") == "user",
    )


def widget(_name: str, account_id: int, node: Json) -> WidgetTriggered:
    return WidgetTriggered(
        account_id=account_id,
        contact_id=record_id(mapping(node, "contact").get("id")),
        inbox_id=record_id(mapping(node, "inbox").get("id")),
        conversation_id=record_id(mapping(node, "current_conversation").get("id")),
    )


def inbox(name: str, account_id: int, _node: Json) -> InboxChanged:
    return InboxChanged(name, account_id)


def to_payload(signal: Signal) -> Json:
    tree: Json = {"event": signal.name, "account": {"id": signal.account_id}}
    match signal:
        case Typing():
            tree["conversation"] = {"id": signal.conversation_id}
            tree["is_private"] = signal.is_private
            tree["user"] = {"type": "user" if signal.is_staff else "contact"}
        case WidgetTriggered():
            tree["contact"] = {"id": signal.contact_id}
            tree["inbox"] = {"id": signal.inbox_id}
            tree["current_conversation"] = {"id": signal.conversation_id}
    return tree
