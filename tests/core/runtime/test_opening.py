"""Who opens a customer's contact and chats: one worker at a time, and nobody while a call of unknown fate may still do
it later."""

import pytest

from ponte.mappings import Conversation
from ponte.queue.fifo_batch import Done, Later
from tests.core.runtime.bundle import Bundle

PHONE = "5511900000001"
HOST = "a.bitrix24.com"
WALL_MS = 60_000  # how long a portal may still be at it


@pytest.fixture
def bundle() -> Bundle:
    return Bundle("a")


def conversation(bundle: Bundle) -> Conversation:
    (found,) = [each for each in bundle.tables.core.items() if each["pk"].startswith("CV#")]  # type: ignore[attr-defined]
    known = bundle.means.conversations.get(found["phone_number_id"], found["person"])
    assert known is not None
    return known


def is_free(bundle: Bundle) -> bool:
    return bundle.means.conversations.openings.lock(conversation(bundle), "another event", bundle.clock.now, 1)


def test_after_a_first_message_the_way_is_free(bundle: Bundle) -> None:
    assert bundle.run(bundle.customer("a", PHONE, "oi")) == Done()
    assert is_free(bundle)


def test_a_portal_that_is_away_keeps_nobody_out(bundle: Bundle) -> None:
    bundle.providers.down[HOST] = "connect"
    assert isinstance(bundle.run(bundle.customer("a", PHONE, "oi")), Later)
    assert is_free(bundle)


def test_a_lost_answer_keeps_others_out_until_the_portal_is_certainly_through(bundle: Bundle) -> None:
    message = bundle.customer("a", PHONE, "oi")
    bundle.providers.down[HOST] = "silent"
    lost_ms = bundle.clock.now
    assert isinstance(bundle.run(message), Later)
    bundle.clock.now = lost_ms + WALL_MS
    assert not is_free(bundle)
    bundle.clock.now = lost_ms + WALL_MS + 1
    assert is_free(bundle)


def test_a_worker_that_died_keeps_others_out_until_its_call_is_certainly_over(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it runs on, so the lock ends by itself: after its lease and the portal's patience."""
    monkeypatch.setattr(bundle.workers["whatsapp_to_bitrix24"], "_opened", lambda *_: None)
    bundle.providers.down[HOST] = "silent"
    died_ms = bundle.clock.now
    bundle.run(bundle.customer("a", PHONE, "oi"))
    bundle.clock.now = died_ms + 60_000 + WALL_MS
    assert not is_free(bundle)
    bundle.clock.now += 1
    assert is_free(bundle)
