"""What happens to an operator's reply when the customer's 24-hour window is shut. Pure.

    configured and fit    the window's template goes out, once per shut window; the reply is held until the customer
                          writes; so are the replies after it, in their order
    asked by hand         an operator's own template asked: the reply is held behind it, no other one goes out
    not, or not fit       the reply is parked and the operator told why

A reply that is held is parked with `HELD`; a customer's message lets it go (runtime/held_replies.py). A window that
nobody knows is left to Meta: its 131047 is the truth, and the window is shut from then on (docs/decisions/0010). So is
one that only a reaction may have opened (docs/decisions/0017).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ponte.mappings import Conversation, Number, WindowTemplate
from ponte.relays.decisions import Decision, Park, Step, Steps, refused
from ponte.relays.effects import PostNotice
from ponte.relays.outbound_effects import FindTemplate, HoldReply, SendTemplate, StopHolding
from ponte.texts import text as sentence
from ponte.whatsapp import templates
from ponte.whatsapp.templates import Template, TemplateError

WINDOW_MS = 24 * 3600 * 1000  # Meta's customer service window
SHUT = "131047"
HELD = "reason.window_held"
OPEN_FATE = "reason.template_fate_unknown"
WAITS = Park(HELD, waits=True)
RELEASED_BY_THE_CUSTOMER = (HELD, OPEN_FATE)
FRESH_MS = 3600 * 1000  # an automatic, paid template is sent on no older word of the catalogue's
NAME_MAX = 60


@dataclass(frozen=True, slots=True)
class Asking:
    """What is there to open a shut window with. stored: the configured template as the catalogue knows it."""

    number: Number
    stored: Template | None = None


def is_shut(conversation: Conversation | None, now_ms: int) -> bool:
    """Whether free text would be refused. False also where nobody knows (last_inbound_ms 0): Meta decides."""
    if conversation is None:
        return False
    last = conversation.heard_ms
    return conversation.refused_ms >= last or (last > 0 and now_ms - last >= WINDOW_MS)


def counts_as_asking(conversation: Conversation | None, now_ms: int) -> bool:
    """Whether an operator's own template asks the customer to write again. Also where nobody knows of a window, or only
    a reaction speaks for one: Meta may call it shut later."""
    if conversation is None or not conversation.last_inbound_ms:
        return conversation is not None
    return is_shut(replace(conversation, reacted_ms=0), now_ms)


def is_asking(steps: Steps) -> bool:
    """Whether this reply began to send the template and does not know yet what came of it."""
    return steps.get("hold", {}).get("held") == "ask" and "template" not in steps


def decide_shut(
    asking: Asking | None,
    conversation: Conversation,
    address: tuple[str, str],
    chat_id: str,
    now_ms: int,
    lang: str,
    steps: Steps,
) -> Decision:
    """The next effect for a reply in a shut window. address: (to, recipient)."""
    configured = asking.number.window_template if asking else None
    was_asked = conversation.was_asked or "asked" in steps
    if "hold" not in steps and was_asked:
        return Step("hold", HoldReply())  # the customer was asked already; this reply only gets in line
    match steps.get("hold", {}).get("held"):
        case "first" if "notice_held" not in steps and chat_id:
            return Step("notice_held", PostNotice(chat_id, sentence("notice.held_after_yours", lang)))
        case "first" | "wait":
            return WAITS
    if configured is None or asking is None:
        if "hold" in steps and "stop_holding" not in steps:  # whoever had asked took it back in between
            return Step("stop_holding", StopHolding())
        return stop(chat_id, f"reason.whatsapp.{SHUT}", "", lang, steps)
    if "template" not in steps:
        found = _found(asking, configured, now_ms, steps)
        if isinstance(found, Step):
            return found
        try:
            components = automatic(found, configured, conversation.name, lang)
        except TemplateError as error:
            return _unfit(error, chat_id, lang, steps)
        if "hold" not in steps:
            return Step("hold", HoldReply())
        to, bsuid = address
        name, language, category = configured.name, configured.language, found.category if found else ""
        template = SendTemplate(to, bsuid, name, language, tuple(components), part="template", category=category)
        return Step("template", template)
    code = refused(steps, "template")
    if code is not None:
        detail = str(steps["template"].get("detail", ""))
        if "stop_holding" not in steps:
            return Step("stop_holding", StopHolding())
        return stop(chat_id, f"reason.whatsapp.{code}", detail, lang, steps)
    if "notice_held" not in steps and chat_id:
        return Step("notice_held", PostNotice(chat_id, sentence("notice.held", lang, name=configured.name)))
    return WAITS


def _found(asking: Asking, configured: WindowTemplate, now_ms: int, steps: Steps) -> Template | Step | None:
    """The configured template by a fresh word of the catalogue's."""
    stored = asking.stored
    if stored is not None and stored.read_ms and now_ms - stored.read_ms < FRESH_MS:
        return stored
    if "catalogue" not in steps:
        return Step("catalogue", FindTemplate(asking.number.waba_id, configured.name))
    if refused(steps, "catalogue") is not None:
        return stored if stored and stored.read_ms else None
    return templates.choose(listed(steps["catalogue"]), configured.name, configured.language)


def _unfit(error: TemplateError, chat_id: str, lang: str, steps: Steps) -> Decision:
    """The template cannot go out (any more): the reply waits for a person instead of the customer."""
    if "hold" in steps and "stop_holding" not in steps:
        return Step("stop_holding", StopHolding())
    return stop(chat_id, f"reason.window_template.{error.wrong}", wrong(error, lang), lang, steps)


def automatic(template: Template | None, configured: WindowTemplate, customer: str, lang: str) -> list[dict[str, Any]]:
    """The components of a template that is sent by itself. Raises TemplateError; what promotes is never sent so."""
    if template is None:
        raise TemplateError("missing")
    if template.category != "UTILITY":
        raise TemplateError("category", category=template.category or "-")
    values = templates.Values(body=personal(configured.parameters, customer, lang))
    return templates.fill(template, values)


def personal(values: Sequence[str], customer: str, lang: str) -> tuple[str, ...]:
    """The values with the customer's name in the place of {nome} and {primeiro_nome}; a polite word without one."""
    name = " ".join(customer.split())[:NAME_MAX].strip() or sentence("template.unnamed", lang)
    first = name.split()[0]
    return tuple(value.replace("{nome}", name).replace("{primeiro_nome}", first) for value in values)


def listed(outcome: Any) -> list[Template]:
    """The templates in an outcome of FindTemplate."""
    read_ms = int(outcome["read_ms"])
    return [template for row in outcome["templates"] if (template := templates.read(row, read_ms))]


def wrong(error: TemplateError, lang: str) -> str:
    """What is wrong with a template or its values, in words."""
    return sentence(f"template.wrong.{error.wrong}", lang, **error.values)


def stop(chat_id: str, reason: str, detail: str, lang: str, steps: Steps) -> Decision:
    """Tell the operator in the chat, then keep the message for a person."""
    if "notice" not in steps and chat_id:
        why = sentence(reason, lang, code=reason.rpartition(".")[2], detail=detail)
        return Step("notice", PostNotice(chat_id, sentence("notice.not_sent", lang, why=why)))
    return Park(reason, detail)
