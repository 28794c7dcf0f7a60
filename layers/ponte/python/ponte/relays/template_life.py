"""What Meta tells of a template, into the catalogue; and which word of it an administrator has to hear."""

from collections.abc import Sequence

from ponte.mappings import Number
from ponte.relays.decisions import Decide, Decision, Step, Steps
from ponte.relays.outbound_effects import KeepTemplateChange
from ponte.whatsapp.template_updates import TemplateChange
from ponte.whatsapp.templates import SENDABLE


def decide(waba_id: str, change: TemplateChange, at: int, then: Decide, steps: Steps) -> Decision:
    """at: when Meta said it, unix seconds. then: what else is decided about the same webhook."""
    if "keep" not in steps:
        return Step("keep", KeepTemplateChange(waba_id, change, at))
    return then(steps)


def stops(waba_id: str, change: TemplateChange, numbers: Sequence[Number]) -> bool:
    """Whether a number's shut windows are not opened any more because of this: its template was taken away, or is
    (or will be) no utility template."""
    ended = bool(change.status) and change.status not in SENDABLE
    dearer = change.category or change.announced
    if not ended and dearer in ("", "UTILITY"):
        return False
    asks = [number.window_template for number in numbers if number.waba_id == waba_id]
    return any(each is not None and (each.name, each.language) == (change.name, change.language) for each in asks)
