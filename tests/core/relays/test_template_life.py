"""A template's webhook: kept in the catalogue beside what else becomes of it; and when an administrator is told."""

from dataclasses import replace

import pytest

from ponte.mappings import MemberId, Number, PhoneNumberId, Rate, WindowTemplate
from ponte.relays.decisions import Finish, Step
from ponte.relays.outbound_effects import KeepTemplateChange
from ponte.relays.template_life import decide, stops
from ponte.whatsapp.template_updates import TemplateChange

NUMBER = Number(PhoneNumberId("pn"), "w", "+55", MemberId("m"), "c", 7, Rate(1, 1), Rate(1, 1))
ASKS = replace(NUMBER, window_template=WindowTemplate("aviso", "pt_BR"))
CHANGE = TemplateChange("aviso", "pt_BR", "1")


def test_a_change_is_kept_before_anything_else_is_decided() -> None:
    assert decide("w", CHANGE, 5, lambda _: Finish(), {}) == Step("keep", KeepTemplateChange("w", CHANGE, 5))
    assert decide("w", CHANGE, 5, lambda _: Finish(), {"keep": {"state": "kept"}}) == Finish()


@pytest.mark.parametrize(
    ("change", "stopped"),
    [
        (replace(CHANGE, status="PAUSED"), True),
        (replace(CHANGE, status="DISABLED"), True),
        (replace(CHANGE, status="REJECTED"), True),
        (replace(CHANGE, category="MARKETING"), True),
        (replace(CHANGE, announced="MARKETING"), True),
        (replace(CHANGE, status="APPROVED", category="UTILITY"), False),
        (replace(CHANGE, status="FLAGGED"), False),
        (replace(CHANGE, quality="RED"), False),
        (replace(CHANGE, is_reworded=True), False),
        (replace(CHANGE, name="outro", status="PAUSED"), False),
        (replace(CHANGE, language="en", status="PAUSED"), False),
    ],
)
def test_an_administrator_is_told_when_the_window_template_stops(change: TemplateChange, stopped: bool) -> None:
    assert stops("w", change, [NUMBER, ASKS]) is stopped
    assert stops("another account", change, [ASKS]) is False
    assert stops("w", change, [NUMBER]) is False
