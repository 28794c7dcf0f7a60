"""Holding replies and hearing the customer at the same moment: neither is ever missed, whoever comes first."""

from dataclasses import replace

import pytest

from ponte.mappings import Conversation, MemberId, Number, PersonId, PhoneNumberId, Rate
from ponte.people.callers import Caller
from ponte.queue.envelope import Envelope
from ponte.relays.window import WINDOW_MS, is_shut
from ponte.storage.conversations import Conversations, _latest
from ponte.storage.windows import Windows
from sandbox.memory.table import MemoryTable

NOW = 1_800_000_000_000
OLD = NOW - WINDOW_MS
NUMBER = Number(PhoneNumberId("pn"), "w", "+55", MemberId("m"), "c", 7, Rate(1, 1), Rate(1, 1))
CALLER = Caller("5511987654321", "", "", ("5511987654321",), "Maria")


def reply(order: int) -> Envelope:
    return Envelope("b24", "m", f"ADD|c|1|{order}", "OperatorMessage", "c|x", order, 1_000, {"text": f"n{order}"})


class Store:
    def __init__(self, last_inbound_ms: int = OLD) -> None:
        core = MemoryTable()
        self.conversations, self.windows = Conversations(core), Windows(core, MemoryTable())
        self.first = Conversation(
            PhoneNumberId("pn"), PersonId("p"), MemberId("m"), "c", 7, "p", last_inbound_ms=last_inbound_ms
        )
        self.conversations.put(self.first, CALLER.aliases())

    @property
    def now(self) -> Conversation:
        found = self.conversations.get("pn", "p")
        assert found is not None
        return found

    def customer_writes(self, at_ms: int = NOW) -> Conversation:
        return self.conversations.resolve(NUMBER, CALLER, at_ms).conversation

    @property
    def held(self) -> list[int]:
        return [each.order for each in self.windows.held(self.now, 100)]


def test_the_first_asks_and_the_others_wait_in_the_order_of_their_numbers() -> None:
    store = Store()
    answers = [store.windows.hold(store.now, reply(order), NOW) for order in (11, 9, 100)]
    assert answers == ["ask", "wait", "wait"]
    assert store.held == [9, 11, 100]
    assert store.windows.held(store.now, 1)[0].envelope == reply(9)


def test_holding_a_reply_twice_says_the_same_and_keeps_it_once() -> None:
    store = Store()
    assert [store.windows.hold(store.now, reply(9), NOW) for _ in range(3)] == ["ask"] * 3
    store.windows.hold(store.now, reply(10), NOW)
    assert store.windows.hold(store.now, reply(9), NOW) == "ask"
    assert store.held == [9, 10]


def test_a_customer_who_wrote_first_leaves_nothing_to_hold() -> None:
    """The worker looked, the customer wrote, the worker holds: the store knows better than the worker."""
    store = Store()
    looked = store.now
    assert store.customer_writes().waiting == 0
    assert store.windows.hold(looked, reply(9), NOW) == "open"
    assert store.held == []


def test_a_customer_who_writes_second_sees_that_somebody_waits() -> None:
    store = Store()
    store.windows.hold(store.now, reply(9), NOW)
    assert store.customer_writes().waiting > 0


@pytest.mark.parametrize("at_ms", [OLD - 1, OLD], ids=["older", "the same"])
def test_an_old_message_that_comes_late_opens_nothing_but_is_told_who_waits(at_ms: int) -> None:
    store = Store()
    store.windows.hold(store.now, reply(9), NOW)
    told = store.customer_writes(at_ms)
    assert told.waiting > 0
    assert is_shut(told, NOW)


def test_replies_that_wait_in_another_chat_of_a_merged_person_are_told_of() -> None:
    first = Conversation(PhoneNumberId("pn"), PersonId("p"), MemberId("m"), "c", 7, "p", waiting=1)
    other = replace(first, person=PersonId("q"), external="q", waiting=2)
    third = replace(first, person=PersonId("r"), external="r", waiting=0)
    assert _latest(first, [first, other, third]).also_waiting == (("c", 7, "q"),)


def test_a_window_that_meta_calls_shut_is_shut_until_the_customer_writes() -> None:
    store = Store(last_inbound_ms=0)
    assert not is_shut(store.now, NOW)
    store.windows.refuse(store.now)
    assert is_shut(store.now, NOW)
    assert store.windows.hold(store.now, reply(9), NOW) == "ask"
    assert not is_shut(store.customer_writes(NOW + 1), NOW + 2)


def test_a_refusal_from_before_the_customers_answer_does_not_shut_the_window() -> None:
    store = Store()
    sent_with = store.now
    store.customer_writes(NOW)
    store.windows.refuse(sent_with)
    assert not is_shut(store.now, NOW + 2)


def test_a_new_shut_window_is_asked_about_anew() -> None:
    store = Store()
    store.windows.hold(store.now, reply(9), NOW)
    store.customer_writes(NOW)
    assert store.windows.hold(store.now, reply(10), NOW + WINDOW_MS) == "ask"


def test_a_reaction_may_have_opened_the_window_until_meta_says_that_it_did_not() -> None:
    store = Store()
    assert is_shut(store.now, NOW)
    reacted = store.windows.note_reaction(store.now, NOW)
    assert not is_shut(reacted, NOW)
    assert not is_shut(store.now, NOW)
    store.windows.refuse(store.now)
    assert is_shut(store.now, NOW)
    store.windows.note_reaction(store.now, NOW)  # told again
    assert is_shut(store.now, NOW)
    store.windows.note_reaction(store.now, NOW + 1)
    assert not is_shut(store.now, NOW + 1)


def test_a_reaction_that_opened_nothing_at_meta_is_no_answer_to_the_template_that_asked() -> None:
    store = Store()
    store.windows.hold(store.now, reply(9), NOW)
    store.windows.note_reaction(store.now, NOW)
    store.windows.refuse(store.now)
    assert store.windows.hold(store.now, reply(10), NOW) == "wait"


def test_after_a_reaction_that_was_an_answer_the_next_shut_window_is_asked_about_anew() -> None:
    store = Store()
    store.windows.hold(store.now, reply(9), NOW)
    store.windows.note_reaction(store.now, NOW)
    assert store.windows.hold(store.now, reply(10), NOW + WINDOW_MS) == "ask"
    assert store.windows.hold(store.now, reply(11), NOW + WINDOW_MS) == "wait"


def test_a_reaction_before_the_window_was_found_shut_is_no_answer() -> None:
    store = Store()
    store.windows.note_reaction(store.now, NOW - WINDOW_MS)
    assert store.windows.hold(store.now, reply(9), NOW) == "ask"
    assert store.windows.hold(store.now, reply(10), NOW) == "wait"


def test_a_reaction_and_a_reply_that_is_held_at_the_same_moment_see_each_other() -> None:
    store = Store()
    looked = store.now
    assert store.windows.note_reaction(looked, NOW).waiting == 0
    assert store.windows.hold(looked, reply(9), NOW) == "open"
    other = Store()
    looked = other.now
    other.windows.hold(looked, reply(9), NOW)
    assert other.windows.note_reaction(looked, NOW).waiting > 0


def test_a_reaction_that_is_told_late_takes_nothing_back() -> None:
    store = Store()
    store.windows.note_reaction(store.now, NOW)
    store.windows.note_reaction(store.now, NOW - 5)
    assert store.now.reacted_ms == NOW


def test_whoever_gives_up_lets_the_next_one_ask() -> None:
    store = Store()
    store.windows.hold(store.now, reply(9), NOW)
    store.windows.hold(store.now, reply(10), NOW)
    store.windows.give_up(store.now, reply(10))
    assert store.windows.hold(store.now, reply(11), NOW) == "wait"
    store.windows.give_up(store.now, reply(9))
    assert store.windows.hold(store.now, reply(12), NOW) == "ask"
    assert store.held == [11, 12]


def test_an_operators_own_template_counts_as_having_asked() -> None:
    store = Store()
    store.windows.ask(store.now, "b24|m|ADD|c|1|8")
    store.windows.ask(store.now, "b24|m|ADD|c|1|8")
    assert [store.windows.hold(store.now, reply(order), NOW) for order in (9, 10)] == ["first", "wait"]
    store.windows.give_up(store.now, reply(9))  # it did not ask, so there is nothing to take back
    assert store.windows.hold(store.now, reply(11), NOW) == "wait"


def test_an_operators_own_template_takes_nothing_from_a_reply_that_asked() -> None:
    store = Store()
    store.windows.hold(store.now, reply(9), NOW)
    store.windows.ask(store.now, "b24|m|ADD|c|1|10")
    assert store.windows.hold(store.now, reply(9), NOW) == "ask"


def test_an_operators_own_template_asks_about_one_window_only() -> None:
    store = Store()
    sent_with = store.now
    store.customer_writes(NOW)
    store.windows.ask(sent_with, "b24|m|ADD|c|1|8")
    assert store.windows.hold(store.now, reply(9), NOW + WINDOW_MS) == "ask"


def test_the_mark_of_waiting_goes_only_when_nobody_came_since() -> None:
    store = Store()
    store.windows.hold(store.now, reply(9), NOW)
    known = store.now
    store.windows.hold(known, reply(10), NOW)
    store.windows.nobody_waits(known)
    assert store.now.waiting > 0
    store.windows.nobody_waits(store.now)
    assert store.now.waiting == 0


def test_a_conversation_that_is_gone_holds_nothing() -> None:
    store = Store()
    gone = replace(store.first, person=PersonId("nobody"))
    assert store.windows.hold(gone, reply(9), NOW) == "open"
    assert store.conversations.get("pn", "nobody") is None
