"""An operator's own template into a shut window: no second one follows it, and what is written next waits behind it."""

import pytest

from tests.core.runtime.shut_chats import HOUR, parked, replies, sent, shut, writes
from tests.core.runtime.walks import MARIA, texts


@pytest.mark.parametrize("configured", [True, False], ids=["with a window template", "without one"])
def test_no_second_template_follows_and_the_replies_go_out_in_order_when_the_customer_writes(configured: bool) -> None:
    bundle = shut({MARIA: 1}, has_window_template=configured)
    for n, text in enumerate(("/modelo aviso", "n1", "n2")):
        replies(bundle, MARIA, 9001 + n, text)
    assert sent(bundle) == ["aviso"]
    assert len([text for text in texts(bundle, "system") if text.startswith("⏳")]) == 1
    assert parked(bundle) == ["reason.window_held"] * 2
    writes(bundle, "wamid.ANSWER", MARIA)
    assert sent(bundle) == ["aviso", "n1", "n2"]
    assert parked(bundle) == []


def test_a_window_that_nobody_knew_of_and_meta_calls_shut_is_not_asked_about_twice() -> None:
    bundle = shut({MARIA: 1}, knows_when=False)
    bundle.world.phones.phones[0].closed_after_ms = 0
    replies(bundle, MARIA, 9001, "/modelo aviso")
    replies(bundle, MARIA, 9002, "n1")
    assert sent(bundle) == ["aviso", "n1"]  # Meta refused the second
    assert parked(bundle) == ["reason.window_held"]


def test_a_template_into_an_open_window_asks_for_nothing() -> None:
    bundle = shut({MARIA: 1})
    writes(bundle, "wamid.1", MARIA)
    replies(bundle, MARIA, 9001, "/modelo aviso")
    bundle.clock.now += 25 * HOUR
    replies(bundle, MARIA, 9002, "n1")
    assert sent(bundle) == ["aviso", "retomar"]
