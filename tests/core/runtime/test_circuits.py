"""A provider that is down: its chats wait without using up their tries, nobody else notices, and it is hardly asked."""

import pytest

from ponte.storage import keys
from tests.core.runtime.bundle import Bundle

A, B = "a.bitrix24.com", "b.bitrix24.com"
MINUTE = 60_000


def customers(count: int) -> list[str]:
    return [f"55119000000{n:02d}" for n in range(count)]


@pytest.fixture
def bundle() -> Bundle:
    """Ten customers of each portal have written once, so each has a chat."""
    bundle = Bundle("a", "b")
    bundle.queue(*(bundle.customer(name, phone, f"hello {phone}") for name in "ab" for phone in customers(10)))
    bundle.work_until(bundle.clock.now + MINUTE)
    assert len(bundle.providers.shown[A]) == len(bundle.providers.shown[B]) == 10
    bundle.providers.asked.clear()
    return bundle


@pytest.mark.parametrize("how", ["connect", "silent", "html"])
def test_a_portal_that_is_down_is_hardly_asked_and_all_arrives_in_order_afterwards(bundle: Bundle, how: str) -> None:
    start = bundle.clock.now
    bundle.providers.down[A] = how
    written = [bundle.customer("a", phone, f"{phone} {n}") for n in range(3) for phone in customers(10)]
    bundle.queue(*written)
    bundle.work_until(start + 20 * MINUTE)
    assert bundle.providers.calls(A) <= 5 + 5 + 20, "five to notice, the rest of their round, one trial a minute"
    assert max(bundle.item(one).get("hits", 0) for one in written) == 0
    assert bundle.noted("bitrix24_portal circuit_opened") >= 15, "each failed trial opens it again"
    assert bundle.noted("bitrix24_portal circuit_closed") == 0

    bundle.providers.down.clear()
    bundle.work_until(bundle.clock.now + 3 * MINUTE)
    assert [bundle.item(one)["st"] for one in written] == ["SENT"] * 30
    for phone in customers(10):
        mine = [text for text in bundle.providers.shown[A] if text.startswith(phone)]
        assert mine == [f"{phone} {n}" for n in range(3)]
    assert bundle.noted("bitrix24_portal circuit_closed") == 1
    assert bundle.means.buckets.circuits.look(keys.bucket("b24", "member-a")) is None


def test_a_recovery_is_noticed_within_a_minute_or_so(bundle: Bundle) -> None:
    bundle.providers.down[A] = "html"
    bundle.queue(*(bundle.customer("a", phone, f"late {phone}") for phone in customers(10)))
    bundle.work_until(bundle.clock.now + 60 * MINUTE)
    bundle.providers.down.clear()
    bundle.work_until(bundle.clock.now + 75_000)
    assert sum(text.startswith("late") for text in bundle.providers.shown[A]) == 10


def test_the_messages_of_another_portal_are_not_delayed(bundle: Bundle) -> None:
    start = bundle.clock.now
    bundle.providers.down[A] = "silent"
    bundle.queue(*(bundle.customer(name, phone, f"{phone}!") for phone in customers(10) for name in "ab"))
    bundle.work_until(start)
    assert sum(text.endswith("!") for text in bundle.providers.shown[B]) == 10
    assert bundle.clock.now == start


def test_only_one_trial_is_made_at_a_time(bundle: Bundle) -> None:
    bundle.providers.down[A] = "connect"
    bundle.queue(*(bundle.customer("a", phone, "x") for phone in customers(10)))
    bundle.work_until(bundle.clock.now + 10 * MINUTE)
    circuit = bundle.means.buckets.circuits.look(keys.bucket("b24", "member-a"))
    assert circuit is not None
    portal = bundle.means.directory.portal("member-a")
    assert portal is not None
    bundle.clock.now = circuit.open_until_ms + 10_000
    turns = [bundle.means.buckets.enter(keys.bucket("b24", "member-a"), portal.rate, f"c{n}") for n in range(5)]
    assert [turn.wait == 0 for turn in turns] == [True, False, False, False, False]
    bundle.clock.now += 16_000
    late = bundle.means.buckets.enter(keys.bucket("b24", "member-a"), portal.rate, "c9")
    assert late.wait == 0, "a trial of which nothing was heard is given to somebody else"


def test_a_poisoned_chat_opens_no_circuit_and_delays_no_other(bundle: Bundle) -> None:
    """The portal answers 500 to one customer's message, always, and works for all others."""
    bundle.providers.poison.add("poison")
    poison = bundle.customer("a", customers(1)[0], "poison")
    bundle.queue(poison)
    bundle.work_until(bundle.clock.now + 30 * MINUTE)
    assert bundle.noted("bitrix24_portal circuit_opened") == 0
    start = bundle.clock.now
    bundle.queue(*(bundle.customer("a", phone, f"{phone}!") for phone in customers(10)[1:]))
    bundle.work_until(start)
    assert sum(text.endswith("!") for text in bundle.providers.shown[A]) == 9


def test_a_poisoned_chat_does_not_keep_the_circuit_open_after_an_outage(bundle: Bundle) -> None:
    bundle.providers.poison.add("poison")
    bundle.providers.down[A] = "html"
    first, *others = customers(10)
    bundle.queue(bundle.customer("a", first, "poison"), *(bundle.customer("a", one, f"{one}!") for one in others))
    bundle.work_until(bundle.clock.now + 30 * MINUTE)
    bundle.providers.down.clear()
    bundle.work_until(bundle.clock.now + 75_000)
    assert sum(text.endswith("!") for text in bundle.providers.shown[A]) == 9


def test_a_message_that_is_always_refused_delays_no_other_chat(bundle: Bundle) -> None:
    start = bundle.clock.now
    refused = bundle.operator("a", "nobody", "to whom?")
    bundle.queue(refused, *(bundle.customer("a", phone, f"{phone}!") for phone in customers(10)))
    bundle.work_until(start)
    assert bundle.item(refused)["st"] == "PARKED"
    assert sum(text.endswith("!") for text in bundle.providers.shown[A]) == 10


@pytest.mark.parametrize("how", ["connect", "silent", "html", "code"])
def test_a_number_that_is_down_is_hardly_asked_and_the_other_number_is_untouched(bundle: Bundle, how: str) -> None:
    start = bundle.clock.now
    bundle.providers.down["1097"] = how
    phones = customers(10)
    bundle.queue(*(bundle.operator(name, phone, f"{name} {phone}") for phone in phones for name in "ab"))
    bundle.work_until(start)
    assert sorted(bundle.providers.sent) == [f"b {phone}" for phone in phones]
    bundle.work_until(start + 20 * MINUTE)
    assert bundle.providers.calls("1097") <= 5 + 5 + 20
    assert bundle.noted("whatsapp_number circuit_opened") >= 10
    bundle.providers.down.clear()
    bundle.work_until(bundle.clock.now + 3 * MINUTE)
    assert sorted(bundle.providers.sent) == [f"{name} {phone}" for name in "ab" for phone in phones]
    assert bundle.means.ledger.parked() == []
    assert bundle.noted("whatsapp_number circuit_closed") == 1


def test_customers_reach_the_operator_while_graph_is_down(bundle: Bundle) -> None:
    """The blue ticks are not worth a wait."""
    start = bundle.clock.now
    bundle.providers.down["1097"] = "silent"
    phone = customers(1)[0]
    bundle.queue(*(bundle.customer("a", phone, f"n{n}") for n in range(3)))
    bundle.work_until(start)
    assert bundle.providers.shown[A][-3:] == ["n0", "n1", "n2"]


def test_a_single_failure_opens_nothing(bundle: Bundle) -> None:
    bundle.providers.down[A] = "html"
    phone = customers(1)[0]
    bundle.queue(bundle.customer("a", phone, "x"))
    bundle.work_until(bundle.clock.now)
    bundle.providers.down.clear()
    bundle.queue(*(bundle.customer("a", other, "y") for other in customers(10)[1:]))
    bundle.work_until(bundle.clock.now + 6_000)
    assert sum(text in ("x", "y") for text in bundle.providers.shown[A]) == 10
    (item,) = [row for row in bundle.tables.state.items() if row["pk"] == "RB#b24#member-a"]  # type: ignore[attr-defined]
    assert "fails" not in item
