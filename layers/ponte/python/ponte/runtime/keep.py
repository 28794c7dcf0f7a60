"""Effects that only our own store sees: dialogs, opt-outs, account states, erasing a tenant. Harmless to repeat."""

from ponte.clock import Clock
from ponte.mappings import Conversation
from ponte.outcome import Outcome, Succeeded, Transient
from ponte.relays.effects import EraseTenant, NoteAccount, NotePreference, NoteSession
from ponte.runtime.observability import OutcomeLog
from ponte.storage.accounts import Accounts
from ponte.storage.conversations import Conversations
from ponte.storage.erasure import Erased, Erasure, Unfinished
from ponte.storage.preferences import Preferences

ERASE_PAUSE_S = 1.0
_ERASE_MARGIN_S = 2.0


class Keeper:
    """One per container."""

    def __init__(
        self,
        conversations: Conversations,
        preferences: Preferences,
        accounts: Accounts,
        erasure: Erasure,
        clock: Clock,
        log: OutcomeLog,
    ) -> None:
        self._conversations = conversations
        self.preferences = preferences
        self.accounts = accounts
        self._erasure = erasure
        self._clock = clock
        self._log = log

    def keep(
        self,
        effect: NoteSession | NotePreference | NoteAccount | EraseTenant,
        conversation: Conversation | None,
        event_id: str,
        timeout_seconds: float,
    ) -> Outcome:
        match effect:
            case NoteSession(session, is_finished):
                if conversation is not None:
                    self._conversations.note_session(conversation, session, is_finished=is_finished)
            case NotePreference(tenant, aliases, allows, at):
                self.preferences.note(tenant, aliases, allows_marketing=allows, at=at)
                self._log("whatsapp_preference", "resumed" if allows else "stopped", event_id)
            case NoteAccount(account, field, subject, event, detail, needs_attention, at):
                self.accounts.note(
                    account, field, subject, event=event, detail=detail, needs_attention=needs_attention, at=at
                )
                self._log("whatsapp_account", "needs_attention" if needs_attention else "noted", event_id, field)
            case EraseTenant(member_id):
                return self._erase(member_id, event_id, timeout_seconds)
        return Succeeded({})

    def _erase(self, member_id: str, event_id: str, timeout_seconds: float) -> Outcome:
        """One slice; the queue brings the event back for the next one, whatever happens to this worker."""
        until = self._clock.now_ms() + round(1000 * max(0.0, timeout_seconds - _ERASE_MARGIN_S) / 2)
        done = self._erasure.work(member_id, until, event_id)
        if isinstance(done, Unfinished):
            return Transient("erasing", ERASE_PAUSE_S, counts=False)
        erased = done.items if isinstance(done, Erased) else 0
        self._log("bitrix24_portal", "erased" if isinstance(done, Erased) else "erasing_stopped", event_id)
        return Succeeded({"erased": erased})
