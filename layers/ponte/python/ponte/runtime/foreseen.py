"""The outcomes that a plan (replay.py) goes on with, since it calls nobody: what our own tables know, else that all
goes well."""

from dataclasses import dataclass
from typing import Any

from ponte.clock import Clock
from ponte.mappings import Conversation
from ponte.media import types
from ponte.media.store import KeptFile
from ponte.queue.envelope import Envelope
from ponte.relays.decisions import Effect
from ponte.relays.effects import AddContact, FindContact, SendText, SendToOpenLine
from ponte.relays.file_effects import FetchFile, FetchMedia, SendMedia, UploadMedia
from ponte.relays.outbound_effects import FindTemplate, HoldReply, SendInteractive, SendReaction, SendTemplate
from ponte.storage.conversations import Conversations
from ponte.storage.templates import Templates
from ponte.storage.windows import Windows
from ponte.whatsapp.templates import Template


@dataclass(frozen=True, slots=True)
class Foreseen:
    """For one event. All stores are over tables that keep what is written to themselves."""

    envelope: Envelope
    conversations: Conversations
    windows: Windows
    templates: Templates
    clock: Clock

    def outcome(self, effect: Effect) -> dict[str, Any]:
        """An outcome as it will be when all goes well; look-ups at providers find nothing. {} where a decision on it
        cannot be foreseen."""
        match effect:
            case SendText() | SendMedia() | SendTemplate() | SendInteractive() | SendReaction():
                return {"wamid": "?"}
            case HoldReply():
                return self._held()
            case FindTemplate(waba_id, name):
                return self._found(self.templates.find(waba_id, name))
            case FetchMedia() | FetchFile():
                return KeptFile("?", effect.fallback, types.base_type(effect.mime) or types.UNKNOWN, 1).as_outcome()
            case UploadMedia():
                return {"media_id": "?"}
            case SendToOpenLine():
                return {"chat_id": effect.chat_id or "?", "session_id": "?"}
            case AddContact():
                return {"id": "?"}
            case FindContact():
                return {"ids": []}
            case _:
                return {}

    def _held(self) -> dict[str, Any]:
        """Whether it is on this reply to ask the customer, or somebody did."""
        conversation = self._conversation()
        if conversation is None:
            return {}
        held = self.windows.hold(conversation, self.envelope, self.clock.now_ms())
        return {} if held == "open" else {"held": held}

    def _conversation(self) -> Conversation | None:
        match [self.envelope.payload.get(name) for name in ("connector", "line", "external")]:
            case [str(connector), int(line), str(external)]:
                return self.conversations.by_chat(self.envelope.scope, connector, line, external)
        return None

    def _found(self, known: list[Template]) -> dict[str, Any]:
        """As the catalogue has it, which Graph would be asked about. Nothing where nobody ever read it."""
        rows = [_row(each) for each in known if each.read_ms]
        return {"templates": rows, "read_ms": self.clock.now_ms()} if rows else {}


def about(effect: Effect, outcome: dict[str, Any]) -> tuple[str, ...]:
    """What a person should know before they say yes, as a sentence's key and its values; () for nothing."""
    match effect:
        case SendTemplate():
            return ("replay.template", effect.name, effect.language, effect.category or "-")
        case HoldReply() if "held" in outcome:
            return (f"replay.held.{outcome['held']}",)
    return ()


def _row(template: Template) -> dict[str, Any]:
    """As Graph lists it."""
    return {
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "components": list(template.components),
        "parameter_format": "NAMED" if template.named else "POSITIONAL",
        "id": template.id,
    }
