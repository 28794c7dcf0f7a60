"""What is kept of a customer or an account rather than said: opt-outs, dialogs opened and closed, account states,
a new number at the CRM contact."""

from ponte.bitrix24.values import DialogFinished, DialogStarted
from ponte.mappings import Conversation, CrmMode
from ponte.people.callers import caller_of
from ponte.people.phone_numbers import match_set, to_e164
from ponte.relays.decisions import Decision, Finish, Step, Steps
from ponte.relays.effects import AddPhone, NoteAccount, NotePreference, NoteSession, PostNotice
from ponte.texts import text as sentence
from ponte.whatsapp.accounts import AccountState
from ponte.whatsapp.events import InboundMessage, SystemChange
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


def new_phone(message: InboundMessage, conversation: Conversation, crm: CrmMode, steps: Steps) -> Step | None:
    """A customer changed their number: the new one beside the old one at the contact that is known to be theirs, so
    that the CRM knows who calls. What the portal refuses stays as it is: operators read both numbers in the chat."""
    change, contact = message.body, conversation.contact_id
    if not isinstance(change, SystemChange) or change.kind != "user_changed_number" or not change.phone:
        return None
    phones = tuple(filter(None, dict.fromkeys(map(to_e164, (change.phone, *match_set(change.phone))))))
    if crm != "contact" or not contact or not phones or "add_phone" in steps:
        return None
    return Step("add_phone", AddPhone(contact, phones))
