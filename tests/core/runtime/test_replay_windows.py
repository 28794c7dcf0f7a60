"""What a replay shows of a reply into a shut window: who asks the customer, what is paid for, who only waits."""

from dataclasses import replace

import pytest

from ponte.mappings import Conversation, WindowTemplate
from ponte.queue.envelope import Envelope
from ponte.runtime.replay import Planned
from ponte.storage.claims import Claimed
from ponte.storage.conversation_items import conversation_of
from ponte.whatsapp.templates import Template
from tests.core.runtime.bundle import Bundle
from tests.core.runtime.test_replay import PHONE, plan_of

HOUR = 3_600_000


@pytest.fixture
def bundle() -> Bundle:
    return Bundle("a")


def only_conversation(bundle: Bundle) -> Conversation:
    rows = bundle.tables.core.items()  # type: ignore[attr-defined]  # of the memory's own table
    (found,) = [conversation_of(row) for row in rows if row["pk"].startswith("CV#")]
    return found


def late_reply(bundle: Bundle, text: str = "tarde", *, read_hours_ago: float = 0, knows: bool = True) -> Envelope:
    """A reply that is parked while its window is shut; the catalogue knows the window's template since then."""
    directory = bundle.means.directory
    joined = directory.number(f"10{ord('a')}", fresh=True)
    assert joined is not None
    directory.save_number(replace(joined, window_template=WindowTemplate("retomar", "pt_BR")))
    body = {"type": "BODY", "text": "Podemos continuar?"}
    read_ms = bundle.clock.now - int(read_hours_ago * HOUR)
    if knows:
        fit = Template("retomar", "pt_BR", "APPROVED", "UTILITY", (body,), read_ms=read_ms)
        bundle.means.templates.keep(joined.waba_id, fit)
    late = bundle.operator("a", only_conversation(bundle).external, text)
    claim = bundle.means.ledger.claim(late, "o", bundle.clock.now, 1_000)
    assert isinstance(claim, Claimed)
    bundle.means.ledger.park(claim, bundle.clock.now, "reason.gave_up")
    return late


PAID = Planned("template", "SendTemplate", ("replay.template", "retomar", "pt_BR", "UTILITY"))
TOLD = Planned("notice_held", "PostNotice")


@pytest.mark.parametrize("read_hours_ago", [0, 3], ids=["a fresh word", "an old word, which is asked about first"])
def test_a_plan_into_a_shut_window_shows_the_template_and_the_wait(bundle: Bundle, read_hours_ago: int) -> None:
    bundle.run(bundle.customer("a", PHONE, "oi"))
    bundle.clock.now += 25 * HOUR
    plan = plan_of(bundle, late_reply(bundle, read_hours_ago=read_hours_ago))
    asked = [Planned("catalogue", "FindTemplate")] if read_hours_ago else []
    asks = Planned("hold", "HoldReply", ("replay.held.ask",))
    assert plan.missing == (*asked, asks, PAID, TOLD)
    assert (plan.ends, plan.reason) == ("parked", "reason.window_held")


def test_a_plan_behind_a_customer_who_was_asked_shows_no_second_template(bundle: Bundle) -> None:
    bundle.run(bundle.customer("a", PHONE, "oi"))
    bundle.clock.now += 25 * HOUR
    first = late_reply(bundle, "a primeira")
    conversation = only_conversation(bundle)
    assert bundle.means.windows.hold(conversation, first, bundle.clock.now) == "ask"
    plan = plan_of(bundle, late_reply(bundle, "a segunda"))
    assert plan.missing == (Planned("hold", "HoldReply", ("replay.held.wait",)),)
    assert (plan.ends, plan.reason) == ("parked", "reason.window_held")


def test_a_plan_behind_an_operators_own_template_says_so(bundle: Bundle) -> None:
    bundle.run(bundle.customer("a", PHONE, "oi"))
    bundle.clock.now += 25 * HOUR
    late = late_reply(bundle)
    conversation = only_conversation(bundle)
    bundle.means.windows.ask(conversation, "by hand")
    assert plan_of(bundle, late).missing == (Planned("hold", "HoldReply", ("replay.held.first",)), TOLD)


def test_a_plan_hangs_on_a_catalogue_that_nobody_has_read(bundle: Bundle) -> None:
    bundle.run(bundle.customer("a", PHONE, "oi"))
    bundle.clock.now += 25 * HOUR
    plan = plan_of(bundle, late_reply(bundle, knows=False))
    assert (plan.missing, plan.ends) == ((Planned("catalogue", "FindTemplate"),), "open")


def test_a_plan_into_a_window_that_a_reaction_may_have_opened_sends_the_reply(bundle: Bundle) -> None:
    bundle.run(bundle.customer("a", PHONE, "oi"))
    bundle.clock.now += 25 * HOUR
    late = late_reply(bundle)
    conversation = only_conversation(bundle)
    bundle.means.windows.note_reaction(conversation, bundle.clock.now)
    plan = plan_of(bundle, late)
    assert ([each.step for each in plan.missing], plan.ends) == (["send0", "ack"], "sent")
