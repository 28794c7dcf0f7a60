"""An operator's reaction: /reagir, typed as the answer to a message."""

from dataclasses import replace

import pytest

from ponte.relays.decisions import Finish
from ponte.relays.effects import AcknowledgeDelivery, PostNotice
from ponte.relays.outbound_effects import FindQuoted, SendInteractive, SendReaction
from ponte.relays.window import WAITS
from tests.core.relays.test_window import EVENT, NOW, SHUT, reply, walk

FENCE = "-" * 54
QUOTING = f"[b]Ana:[/b] [br]{FENCE}\nMaria [01.02.2026 10:00] #chat1807/86000\nQuanto custa?\n{FENCE}\n"
OPEN = replace(SHUT, last_inbound_ms=NOW)


@pytest.mark.parametrize("emoji", ["👍", ""])
def test_a_reaction_goes_to_the_quoted_message(emoji: str) -> None:
    answers = {"quote": {"wamid": "wamid.Q"}}
    find, send, ack, end = walk(reply(OPEN), answers, replace(EVENT, text=f"{QUOTING}/reagir {emoji}"))
    assert isinstance(find, FindQuoted)
    assert send == SendReaction("5511987654321", "", "wamid.Q", emoji)
    assert isinstance(ack, AcknowledgeDelivery)
    assert end == Finish()


@pytest.mark.parametrize("text", ["/reagir 👍", f"{QUOTING}/reagir 👍"], ids=["no quote", "a quote nobody knows"])
def test_a_reaction_to_nothing_is_refused_and_never_sent_as_text(text: str) -> None:
    *_, notice, end = walk(reply(OPEN), {"quote": {"wamid": ""}}, replace(EVENT, text=text))
    assert isinstance(notice, PostNotice)
    assert "Responder" in notice.text
    assert end == Finish("SKIPPED", "command_refused")


def test_a_command_beside_a_quote_that_nobody_knows_is_still_one() -> None:
    text = f"{QUOTING}/botoes\nVamos?\n- Sim"
    _, send, *_ = walk(reply(OPEN), {"quote": {"wamid": ""}}, replace(EVENT, text=text))
    assert isinstance(send, SendInteractive)


def test_a_reaction_waits_for_an_open_window_like_any_free_message() -> None:
    effects = walk(reply(), {"quote": {"wamid": "wamid.Q"}}, replace(EVENT, text=f"{QUOTING}/reagir 👍"))
    assert not any(isinstance(effect, SendReaction) for effect in effects)
    assert effects[-1] == WAITS
