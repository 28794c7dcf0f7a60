"""What an office says and sets in its Chatwoot: once, whatever is lost on the way, and kept as its own."""

from dataclasses import replace
from typing import Any

import pytest

from ponte.errors import MalformedEvent
from ponte.people.links import Link
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Later
from ponte.relays.talk_to_chatwoot import BEGIN, SAY, SET, Begin, Say, Set, read, to_payload
from tests.core.runtime.talk_bench import ACCOUNT, MARIA, NUMBER, TENANT, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def say(bench: Bench, text: str = "Seu processo avança bem.", **more: Any) -> Envelope:
    wish = Say(NUMBER, text, marker=more.pop("marker", "m-1"), by="usuario:4", at_ms=bench.clock.now, **more)
    return bench.wish(SAY, wish, source_id=wish.marker)


def begin(bench: Bench, **more: Any) -> Envelope:
    wish = Begin(MARIA, 12, "Bom dia", "c-1", titulo="Inventário", assunto="Partilha", at_ms=bench.clock.now, **more)
    return bench.wish(BEGIN, wish)


def work(bench: Bench, *envelopes: Envelope) -> None:
    bench.line.envelopes = list(envelopes)
    bench.work()


def known(bench: Bench) -> None:
    """The conversation, as the worker of Chatwoot's events has kept it."""
    bench.change(priority="low")
    bench.settle()


def test_what_is_said_is_in_chatwoot_once_and_kept_once(bench: Bench) -> None:
    known(bench)
    envelope = say(bench)
    work(bench, envelope)
    assert bench.state_of(envelope) == "SENT"
    assert bench.sent() == ["Seu processo avança bem."]
    (before,) = bench.said()
    assert (before.tipo, before.direcao, before.marker) == ("resposta_agent", "saida", "m-1")
    bench.settle()
    (after,) = bench.said()
    assert (after.message_id, after.autor_id, after.autor_nome) == (before.message_id, 90, "Ponte")
    assert bench.notices() == [], "our own echo is told to nobody"
    assert bench.conversa().mensagens_nao_lidas == 0


def test_the_echo_may_come_before_our_own_answer(bench: Bench) -> None:
    known(bench)
    envelope = say(bench)
    bench.fails["POST", "messages"] = "lost"
    assert isinstance(bench.run(envelope), Later)
    bench.fails.clear()
    bench.settle()
    assert [one.marker for one in bench.said()] == ["m-1"]
    work(bench, envelope)
    assert bench.state_of(envelope) == "SENT"
    assert bench.sent() == ["Seu processo avança bem."]
    assert len(bench.said()) == 1


def test_asking_twice_says_it_once(bench: Bench) -> None:
    envelope = say(bench)
    work(bench, envelope, envelope, envelope)
    assert len(bench.sent()) == len(bench.said()) == 1


@pytest.mark.parametrize("how", ["lost", "502", "500"])
def test_an_answer_of_unknown_fate_is_proved_not_repeated_blindly(bench: Bench, how: str) -> None:
    envelope = say(bench)
    bench.fails["POST", "messages"] = how
    assert isinstance(bench.run(envelope), Later)
    bench.fails.clear()
    work(bench, envelope)
    assert len(bench.sent()) == 1
    assert bench.state_of(envelope) == "SENT"


def test_our_message_is_found_behind_a_crowd_of_others(bench: Bench) -> None:
    envelope = say(bench)
    bench.fails["POST", "messages"] = "lost"
    bench.run(envelope)
    bench.fails.clear()
    for n in range(90):
        bench.customer(str(n))
    work(bench, envelope)
    assert bench.sent() == ["Seu processo avança bem."]


def test_while_chatwoot_is_down_it_waits(bench: Bench) -> None:
    envelope = say(bench)
    bench.fails["POST", "messages"] = "connect"
    for _ in range(15):
        assert isinstance(bench.run(envelope), Later)
        bench.clock.now += 60_000
    bench.fails.clear()
    work(bench, envelope)
    assert (len(bench.sent()), bench.state_of(envelope)) == (1, "SENT")


def test_a_note_reaches_staff_alone(bench: Bench) -> None:
    work(bench, say(bench, "só para nós", privada=True))
    (row,) = [one for one in bench.account.talk.messages(NUMBER) if one["message_type"] == 1]
    assert row["private"] is True
    (one,) = bench.said()
    assert (one.tipo, one.direcao) == ("nota_interna", "interna")


def test_what_chatwoot_refuses_is_parked(bench: Bench) -> None:
    envelope = bench.wish(SAY, Say(99, "x", "m-9", at_ms=bench.clock.now))
    work(bench, envelope)
    item = bench.ledger.read(envelope.id) or {}
    assert (item["st"], item["reason"]) == ("PARKED", "reason.chatwoot.not_found")


def test_a_conversation_is_begun_named_and_complete_at_once(bench: Bench) -> None:
    bench.links.make(Link(TENANT, "cliente", 7, ACCOUNT, MARIA), bench.clock.now)
    envelope = begin(bench, source_id="zattar:cliente:7")
    work(bench, envelope)
    (found,) = bench.conversas.of_office(TENANT).conversas
    assert (found.number, found.titulo, found.assunto) == (NUMBER + 1, "Inventário", "Partilha")
    assert (found.cliente_id, found.inbox_id, found.status, found.synced) == (7, 12, "open", True)
    (one,) = bench.mensagens.page(TENANT, ACCOUNT, NUMBER + 1).mensagens
    assert one.conteudo == "Bom dia"
    bench.settle()
    assert len(bench.conversas.of_office(TENANT).conversas) == 1
    assert bench.conversas.of_office(TENANT).conversas[0].titulo == "Inventário"


@pytest.mark.parametrize("where", ["conversations", "messages"])
def test_a_beginning_that_is_lost_midway_goes_on_where_it_was(bench: Bench, where: str) -> None:
    envelope = begin(bench)
    bench.fails["POST", where] = "lost"
    assert isinstance(bench.run(envelope), Later)
    bench.fails.clear()
    work(bench, envelope)
    rows = bench.account.talk.of_contact(MARIA)
    assert [one["id"] for one in rows] == [NUMBER + 1, NUMBER]
    assert len([one for one in bench.account.talk.messages(NUMBER + 1) if one["message_type"] == 1]) == 1


CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"status": "resolved"}, {"status": "resolved"}),
    ({"status": "on_hold"}, {"status": "pending"}),
    ({"prioridade": "urgent"}, {"prioridade": "urgent"}),
    ({"prioridade": None}, {"prioridade": ""}),
    ({"usuario_id": 5}, {"assignee_id": 32, "usuario_id": 5}),
    ({"usuario_id": None}, {"assignee_id": 0, "usuario_id": 0}),
    ({"status": "resolved", "prioridade": "low", "usuario_id": 4}, {"status": "resolved", "assignee_id": 31}),
]


@pytest.mark.parametrize(("changes", "after"), CHANGES, ids=[str(each[0]) for each in CHANGES])
def test_what_is_set_is_set_there_and_kept(bench: Bench, changes: dict[str, Any], after: dict[str, Any]) -> None:
    known(bench)
    work(bench, bench.wish(SET, Set(NUMBER, changes)))
    assert {name: getattr(bench.conversa(), name) for name in after} == after
    bench.settle()
    assert {name: getattr(bench.conversa(), name) for name in after} == after


def test_a_snooze_that_is_written_back_as_on_hold_keeps_its_end(bench: Bench) -> None:
    bench.change(status="snoozed", snoozed_until=1_900_000_000)
    bench.settle()
    work(bench, bench.wish(SET, Set(NUMBER, {"status": "on_hold"})))
    assert ("POST", "toggle_status") not in bench.asked
    assert (bench.conversa().status, bench.conversa().snoozed_ms) == ("snoozed", 1_900_000_000_000)


def test_opening_is_asked_for_even_where_ours_says_open(bench: Bench) -> None:
    known(bench)
    bench.change(status="resolved")
    bench.jobs.clear()  # its webhook never came
    work(bench, bench.wish(SET, Set(NUMBER, {"status": "open"})))
    assert (bench.account.talk.conversation(NUMBER) or {})["status"] == "open"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"usuario_id": 99}, "reason.office.no_agent"), ({"status": "open"}, "reason.office.conversa_unknown")],
)
def test_what_cannot_be_set_sets_nothing(bench: Bench, changes: dict[str, Any], reason: str) -> None:
    if "usuario_id" in changes:
        known(bench)
        changes = {**changes, "status": "resolved"}
    envelope = bench.wish(SET, Set(NUMBER, changes))
    work(bench, envelope)
    item = bench.ledger.read(envelope.id) or {}
    assert (item["st"], item["reason"]) == ("PARKED", reason)
    assert (bench.account.talk.conversation(NUMBER) or {})["status"] == "open"


def test_an_agent_whom_chatwoot_does_not_know_is_said(bench: Bench) -> None:
    known(bench)
    bench.account.config["agents"].pop()  # Bia has left
    envelope = bench.wish(SET, Set(NUMBER, {"usuario_id": 5}))
    work(bench, envelope)
    assert (bench.ledger.read(envelope.id) or {})["reason"] == "reason.office.no_agent"


def test_who_asked_is_audited_without_the_text(bench: Bench) -> None:
    work(bench, say(bench, "segredo de justiça"))
    (row,) = [one for one in bench.audited() if one["action"] == "message.sent"]
    assert row["by"] == "usuario:4"
    assert "segredo" not in str(row)


def test_three_loops_of_echoes_stay_quiet(bench: Bench) -> None:
    known(bench)
    work(bench, say(bench), bench.wish(SET, Set(NUMBER, {"status": "resolved", "usuario_id": 4}), "w-2"))
    asked = len([method for method, _ in bench.asked if method == "POST"])
    for _ in range(3):
        bench.settle()
    assert len([method for method, _ in bench.asked if method == "POST"]) == asked


@pytest.mark.parametrize(
    ("kind", "wish"),
    [
        (SAY, Say(1, "a", "m", privada=True, by="u", at_ms=5)),
        (BEGIN, Begin(1, 2, "a", "m", "s", "t", "x", "u", 5)),
        (SET, Set(1, {"status": "open"})),
    ],
)
def test_a_wish_survives_its_envelope(kind: str, wish: Any) -> None:
    assert read(kind, to_payload(wish)) == wish
    with pytest.raises(MalformedEvent):
        read(kind, {"foo": 1})


def test_a_wish_that_is_none_is_parked(bench: Bench) -> None:
    envelope = replace(say(bench), payload={"number": NUMBER, "foo": 1})
    work(bench, envelope)
    assert (bench.ledger.read(envelope.id) or {})["reason"] == "reason.malformed"
