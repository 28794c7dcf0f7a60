"""What is not known to have been done: probed first, repeated once at most, and never by who cannot know."""

import pytest

from ponte.outcome import Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.queue.fifo_batch import Done, Later
from ponte.relays.decisions import Decision, Effect, Finish, Park, Step, Steps
from ponte.relays.effects import FindContact, PostNotice, SendText
from ponte.relays.outbound_effects import SendTemplate
from ponte.runtime.execute import MAX_AGE_MS, CannotTell, Found, NotFound, Proof
from ponte.storage.claims import Claimed

from .executor_world import EVENT, Killed, World, lost


def test_a_lost_answer_is_not_repeated_before_it_was_probed() -> None:
    world = World([Unknown("no_answer")], [CannotTell(20), Found({"wamid": "w0"})])
    assert isinstance(world.run(), Later)
    assert world.run() == Later(20)
    assert world.run() == Done()
    assert (world.sent, world.state, world.probed) == (["text0"], "SENT", 2)


def test_what_certainly_did_not_arrive_is_sent_again() -> None:
    world = World([Unknown("http_502")], [NotFound()], took_effect=False)
    world.run()
    assert world.run() == Done()
    assert world.sent == ["text0"]
    assert not (world.ledger.read(EVENT.id) or {}).get("dup_risk")


@pytest.mark.parametrize("code", ["no_answer", "http_504", "timeout"])
def test_absence_proves_nothing_while_the_other_side_may_still_be_at_it(code: str) -> None:
    world = World([Unknown(code)], [NotFound()] * 3, took_effect=False)
    world.run()
    assert world.run() == Later(60.0)
    world.clock.now += 59_000
    assert world.run() == Later(1.0)
    world.clock.now += 1_000
    assert world.run() == Done()
    assert world.sent == ["text0"]


def test_what_is_found_before_that_is_taken_at_once() -> None:
    world = World([Unknown("no_answer")], [NotFound(), Found({"wamid": "late"})], took_effect=False)
    world.run()
    world.run()
    world.clock.now += 20_000
    assert world.run() == Done()
    assert world.sent == []


def test_without_proof_it_is_repeated_once_and_the_risk_is_counted() -> None:
    world = World([Unknown("no_answer")], [CannotTell(None)], took_effect=False)
    world.run()
    assert world.run() == Done()
    assert world.sent == ["text0"]
    assert (world.ledger.read(EVENT.id) or {})["dup_risk"] is True
    assert "dup_risk send0" in world.notes


def test_a_second_lost_answer_is_never_followed_by_a_third_send() -> None:
    world = World([Unknown("no_answer"), Unknown("no_answer")], [CannotTell(None), CannotTell(None)])
    for _ in range(3):
        world.run()
    assert (len(world.sent), world.state) == (2, "PARKED")


@pytest.mark.parametrize("took_effect", [True, False], ids=["after the call", "before the call"])
def test_a_crash_around_the_call_is_probed_after_the_lease(took_effect: bool) -> None:
    proof: Proof = Found({"wamid": "w0"}) if took_effect else NotFound()
    world = World([Killed()], [proof] * 2, took_effect=took_effect)
    with pytest.raises(Killed):
        world.run()
    assert isinstance(world.run(), Later), "the lease still runs"
    world.clock.now += 60_001
    if not took_effect:
        assert world.run() == Later(59.999), (
            "a worker may call until its lease ends, and a provider work a minute on it"
        )
        world.clock.now += 59_999
    assert world.run() == Done()
    assert (world.sent, world.state) == (["text0"], "SENT")


def test_a_crash_in_the_second_part_leaves_the_first_alone() -> None:
    world = World([Succeeded({"wamid": "w0"}), Killed()], [NotFound()], took_effect=False, parts=2)
    with pytest.raises(Killed):
        world.run()
    world.clock.now += 120_001
    assert world.run() == Done()
    assert world.sent == ["text0", "text1"]


def test_a_receipt_that_came_while_the_fate_was_unknown_ends_the_wait() -> None:
    world = World([Unknown("no_answer")])
    world.run()
    world.receipts.receipt(EVENT.id, 0, "w-by-receipt", "sent", 1, 11_000)
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 0)


def test_an_unknown_fate_with_a_probe_that_fails_stays_unknown() -> None:
    world = World([Unknown("http_502")], [CannotTell(10, "http_502"), CannotTell(10, "http_502"), NotFound()])
    world.took_effect = False
    for _ in range(3):
        assert isinstance(world.run(), Later)
    assert world.run() == Done()
    assert world.sent == ["text0"]


def test_a_message_given_back_before_the_probe_is_probed_by_the_next_worker() -> None:
    world = World(proofs=[Found({"wamid": "w0"})])
    lost(world)
    claim = world.ledger.claim(EVENT, "short", world.clock.now, 60_000)
    assert isinstance(claim, Claimed)
    world.ledger.release(claim, world.clock.now, "lease_short", counts=False)
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 1)


def test_a_lease_that_is_nearly_over_is_given_back_and_the_doubt_with_it() -> None:
    world = World(proofs=[Found({"wamid": "w0"})])
    lost(world)
    decide = world.decide

    def slow(steps: Steps) -> Decision:
        world.clock.now += 59_500
        return decide(steps)

    world.decide = slow  # type: ignore[method-assign]
    assert world.run() == Later(0)
    world.decide = decide  # type: ignore[method-assign]
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 1)


@pytest.mark.parametrize(
    "again",
    [[], [Transient("not_connected", counts=False)], [Rejected("no_such")]],
    ids=["done again", "fails", "refused"],
)
def test_a_repeatable_step_before_the_send_does_not_settle_its_fate(again: list[Outcome | BaseException]) -> None:
    world = World(proofs=[Found({"wamid": "w0"})])
    decide = world.decide
    lookup = Step("lookup", FindUnsaved("contact", (), ""))
    world.decide = lambda steps: decide(steps) if "lookup" in steps else lookup  # type: ignore[method-assign]
    world.outcomes = [Succeeded({}), Unknown("no_answer")]
    assert isinstance(world.run(), Later)
    world.outcomes = again
    while world.run() != Done():
        pass
    assert (world.sent, world.probed, world.state) == (["text0"], 1, "SENT")


def test_a_probe_that_uses_up_the_lease_leaves_the_send_to_the_next_worker() -> None:
    world = World(proofs=[NotFound(), NotFound()], took_effect=False)
    world.outcomes = [Unknown("http_502")]
    world.run()
    probe = world.probe

    def slow(effect: Effect, claim: Claimed, timeout: float) -> Proof:
        world.clock.now += 59_500
        return probe(effect, claim, timeout)

    world.probe = slow  # type: ignore[method-assign]
    assert world.run() == Later(0)
    assert world.sent == []
    world.probe = probe  # type: ignore[method-assign]
    assert (world.run(), world.probed, world.sent) == (Done(), 2, ["text0"])


class FindUnsaved(FindContact):
    """A look-up whose outcome is not kept: it comes again in front of the send."""

    saved = False


def test_a_notice_out_of_turn_leaves_the_doubt_about_the_send() -> None:
    """A crash after the send; when the next worker comes, something forbids the send; later a person redrives it."""
    world = World([Killed()], [NotFound(), Found({"wamid": "w0"})])
    with pytest.raises(Killed):
        world.run()
    world.clock.now += 121_000
    decide, notice = world.decide, Step("notice", PostNotice("1", "window closed"))
    world.decide = lambda steps: Park("reason.closed") if "notice" in steps else notice  # type: ignore[method-assign]
    assert (world.run(), world.state) == (Done(), "PARKED")
    assert world.ledger.unpark(EVENT.id, world.clock.now) == EVENT
    world.decide = decide  # type: ignore[method-assign]
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 2)


def test_a_notice_of_unknown_fate_does_not_put_the_send_in_doubt() -> None:
    world = World([Unknown("http_502")], [NotFound()], first=(Step("notice", PostNotice("1", "x")),))
    world.run()
    assert world.run() == Done()
    assert (world.sent, world.probed) == (["text0"], 1)


def test_a_redriven_message_of_unknown_fate_is_probed_before_it_is_repeated() -> None:
    world = World([Unknown("no_answer")] * 2, [CannotTell(None), CannotTell(None), Found({"wamid": "w1"})])
    for _ in range(3):
        world.run()
    assert (len(world.sent), world.state) == (2, "PARKED")
    world.ledger.unpark(EVENT.id, world.clock.now)
    assert world.run() == Done()
    assert (len(world.sent), world.state) == (2, "SENT")


def test_a_message_parked_for_its_age_keeps_its_doubt() -> None:
    world = World(proofs=[Found({"wamid": "w0"})])
    lost(world)
    world.clock.now += MAX_AGE_MS + 1
    assert (world.run(), world.state) == (Done(), "PARKED")
    world.ledger.unpark(EVENT.id, world.clock.now)
    assert world.run() == Done()
    assert (world.sent, world.state, world.probed) == (["text0"], "SENT", 1)


def test_a_receipt_at_the_last_moment_stops_the_repetition() -> None:
    world = World()
    lost(world)

    def probe(_effect: Effect, _claim: Claimed, _timeout: float) -> Proof:
        world.receipts.receipt(EVENT.id, 0, "w-by-receipt", "sent", 1, world.clock.now)
        return CannotTell(None)

    world.probe = probe  # type: ignore[method-assign]
    assert world.run() == Done()
    assert world.sent == ["text0"]
    assert not (world.ledger.read(EVENT.id) or {}).get("dup_risk")
    assert not [note for note in world.notes if note.startswith("dup_risk")]


def test_a_crash_is_not_settled_by_what_was_known_of_an_earlier_loss() -> None:
    """The first send certainly failed; the second one's worker died, and the provider may still be at it."""
    world = World([Unknown("http_502")], [NotFound(), NotFound(), NotFound()], took_effect=False)
    world.run()
    world.outcomes = [Killed()]
    with pytest.raises(Killed):
        world.run()
    world.clock.now += 61_000
    verdict = world.run()
    assert isinstance(verdict, Later)
    assert verdict.seconds > 55
    world.clock.now += round(verdict.seconds * 1000)
    assert (world.run(), world.sent) == (Done(), ["text0"])


def test_a_crash_is_not_settled_by_a_probe_that_got_no_answer() -> None:
    world = World([Killed()], [CannotTell(10, "http_502"), NotFound(), NotFound()], took_effect=False)
    with pytest.raises(Killed):
        world.run()
    world.clock.now += 61_000
    assert world.run() == Later(10)
    world.clock.now += 10_000
    assert isinstance(world.run(), Later)
    assert world.sent == []


class TemplateWorld(World):
    """The same provider, asked to send what is paid for."""

    def decide(self, steps: Steps) -> Decision:
        paid = SendTemplate("5511", "", "retomar", "pt_BR", ())
        return Finish() if "template" in steps else Step("template", paid)

    def perform(self, effect: Effect, _claim: Claimed, _timeout: float) -> Outcome:
        assert isinstance(effect, SendTemplate)
        return super().perform(SendText(effect.to, "", effect.name, 0), _claim, _timeout)


def test_a_paid_template_of_unknown_fate_is_repeated_by_a_persons_word_alone() -> None:
    world = TemplateWorld([Unknown("no_answer")], [CannotTell(None), CannotTell(None)], took_effect=False)
    world.run()
    assert world.run() == Done()
    assert (world.sent, world.state) == ([], "PARKED")
    assert (world.ledger.read(EVENT.id) or {})["reason"] == "reason.template_fate_unknown"
    assert world.ledger.unpark(EVENT.id, world.clock.now) is not None
    world.run()
    assert (world.sent, world.state) == (["retomar"], "SENT")


def test_a_customers_answer_settles_what_became_of_the_template() -> None:
    world = TemplateWorld([Unknown("no_answer")], [CannotTell(None)], took_effect=False)
    world.run()
    world.run()
    world.ledger.unpark(EVENT.id, world.clock.now, by_customer=True)
    assert (world.state, world.probed) == ("RETRY", 1)
