"""What is kept of a customer or an account rather than said: opt-outs, dialogs opened and closed, account states."""

from ponte.bitrix24.values import DialogFinished, DialogStarted
from ponte.mappings import Conversation
from ponte.people.callers import caller_of
from ponte.relays.decisions import Decision, Finish, Step, Steps
from ponte.relays.effects import NoteAccount, NotePreference, NoteSession, PostNotice
from ponte.texts import text as sentence
from ponte.whatsapp.accounts import AccountState
from ponte.whatsapp.preferences import Preference


def decide_preference(
    preference: Preference, tenant: str, conversation: Conversation | None, lang: str, steps: Steps
) -> Decision:
    """Keep it under every alias of the person, then tell the operator where there is a chat; it opens none."""
    aliases = tuple(caller_of(preference.person).aliases())
    if not aliases:
        return Finish("SKIPPED", "nobody_named")
    if "note" not in steps:
        return Step("note", NotePreference(tenant, aliases, preference.allows_marketing, preference.at))
    if conversation is not None and conversation.chat_id and "notice" not in steps:
        key = "notice.marketing_resumed" if preference.allows_marketing else "notice.marketing_stopped"
        return Step("notice", PostNotice(conversation.chat_id, sentence(key, lang)))
    return Finish()


def decide_account(state: AccountState, account: str, at: int, steps: Steps) -> Decision:
    """Keep the latest state; an alarm hangs on those that need attention."""
    if "note" in steps:
        return Finish()
    note = NoteAccount(account, state.field, state.subject, state.event, state.detail, state.needs_attention, at)
    return Step("note", note)


def decide_session(event: DialogStarted | DialogFinished, steps: Steps) -> Decision:
    """Nothing of WhatsApp ends with a dialog; it is only kept, so that small things do not open a new one."""
    if "note" in steps:
        return Finish()
    return Step("note", NoteSession(int(event.session_id), isinstance(event, DialogFinished)))
