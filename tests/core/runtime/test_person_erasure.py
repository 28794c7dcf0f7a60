"""A person is erased: nothing of theirs is left in any table, the audit trail is whole, nobody else lost a thing."""

from dataclasses import replace

import pytest

from ponte.conversas.values import Conversa, Mensagem
from ponte.people.links import Link
from ponte.people.shared import Dissent, Shown
from ponte.queue.envelope import Envelope
from ponte.runtime.person_erasure import Holding, PersonErasure
from ponte.storage.audit import Audit, Note
from ponte.storage.audit_check import check
from ponte.storage.claims import Claimed
from ponte.storage.conversas import Conversas
from ponte.storage.ledger import Ledger
from ponte.storage.mensagens import Mensagens
from ponte.storage.suggestions import Suggestion
from tests.core.runtime.office_api import ACCOUNT, TENANT, Bench

SECRETS = ("MARIA DA SILVA", "maria@exemplo.com.br", "+5531988776655", "pubsub-token")
WHOM = (TENANT, "cliente", 70)


def envelope(conversation: str, number: int, source: str = "zt") -> Envelope:
    payload = {"nome": SECRETS[0], "emails": [SECRETS[1]]}
    return Envelope(source, TENANT, f"event-{number}", "x", f"{TENANT}|{conversation}", number, 1, payload)


def fill(bench: Bench, entity_id: int, contact_id: int) -> None:
    means, now = bench.means, bench.clock.now_ms()
    base = Shown(*SECRETS[:3])
    link = Link(TENANT, "cliente", entity_id, ACCOUNT, contact_id, base=base, pubsub_token_ct=b"pubsub-token")
    means.links.make(link, now)
    means.dissents.note(link, Dissent("phone", "both_changed", SECRETS[2], ""), now)
    means.suggestions.note(Suggestion(TENANT, ACCOUNT, contact_id + 1, "cliente", entity_id, ("email",), 0), now)
    for n in range(2):
        note = Note("person.sync", "zattar", {}, ("cliente", entity_id), (ACCOUNT, contact_id), f"[{n},{SECRETS[2]!r}]")
        means.audit.add(TENANT, note, now - 2 + n)
    ledger = Ledger(bench.tables.message)
    talk(bench, entity_id)
    groups = (f"cliente|{entity_id}", f"contact|{contact_id}", f"conversation|{entity_id}")
    for number, group in enumerate(groups, entity_id * 10):
        claim = ledger.claim(envelope(group, number, "zt" if number % 2 == 0 else "cw"), "me", now, 60_000)
        assert isinstance(claim, Claimed)
        ledger.park(claim, now, "reason.gave_up")


def talk(bench: Bench, entity_id: int) -> None:
    """One conversation of theirs, in which two things were said, one of them too long for an item."""
    conversas, mensagens = Conversas(bench.tables.core), Mensagens(bench.tables.message)
    key = (TENANT, ACCOUNT, entity_id)
    conversas.change(*key, lambda _: Conversa(*key, tipo="cliente", entity_id=entity_id, titulo=SECRETS[0]), 1)
    for n, text in enumerate((SECRETS[2], SECRETS[1] * 5000), entity_id * 10):
        mensagens.keep(Mensagem(*key, n, "cliente", "entrada", conteudo=text), lambda known: known, 1)


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    fill(made, 70, 700)
    return made


@pytest.fixture
def erasure(bench: Bench) -> PersonErasure:
    return PersonErasure(bench.means, bench.tables.core, bench.tables.message)


ALL = Holding(True, (700,), 1, 1, 1, 3, 0, 2)


def everything(bench: Bench) -> str:
    tables = bench.tables
    return repr([table.items() for table in (tables.core, tables.message, tables.audit)])  # type: ignore[attr-defined]


def test_a_preview_counts_and_changes_nothing(bench: Bench, erasure: PersonErasure) -> None:
    before = everything(bench)
    assert erasure.preview(*WHOM) == ALL
    assert everything(bench) == before
    assert erasure.preview(TENANT, "terceiro", 70).is_empty
    assert erasure.preview("souza", "cliente", 70).is_empty


def test_nothing_of_the_person_is_left_and_the_trail_is_whole(bench: Bench, erasure: PersonErasure) -> None:
    assert erasure.erase(*WHOM, "cli:ana") == ALL
    assert erasure.preview(*WHOM).is_empty
    for secret in SECRETS:
        assert secret not in everything(bench)
    checked = check(bench.means.audit, TENANT, bench.clock.now_ms())
    assert (checked.broken, checked.erased) == ((), 2)
    newest, *_ = bench.means.audit.of_person(*WHOM)
    assert (newest.action, newest.by) == ("person.erased", "cli:ana")


def test_no_event_links_them_again_and_no_suggestion_comes_back(bench: Bench, erasure: PersonErasure) -> None:
    erasure.erase(*WHOM, "cli:ana")
    assert bench.means.links.is_unlinked(*WHOM)
    again = Suggestion(TENANT, ACCOUNT, 701, "cliente", 70, ("email",), 0)
    assert not bench.means.suggestions.note(again, bench.clock.now_ms())


def test_somebody_elses_data_stays(bench: Bench, erasure: PersonErasure) -> None:
    fill(bench, 74, 740)  # in the same chain of the trail
    other = erasure.preview(TENANT, "cliente", 74)
    erasure.erase(*WHOM, "cli:ana")
    assert erasure.preview(TENANT, "cliente", 74) == other
    assert other == replace(ALL, contacts=(740,))


def test_an_event_under_way_is_left_and_counted_then_erased(bench: Bench, erasure: PersonErasure) -> None:
    now, ledger = bench.clock.now_ms(), Ledger(bench.tables.message)
    claim = ledger.claim(envelope("cliente|70", 1), "me", now, 60_000)
    assert isinstance(claim, Claimed)
    assert erasure.erase(*WHOM, "cli:ana").busy == 1
    assert erasure.preview(*WHOM).busy == 1
    ledger.park(claim, now, "reason.gave_up")
    erasure.erase(*WHOM, "cli:ana")
    assert erasure.preview(*WHOM).is_empty
    assert check(bench.means.audit, TENANT, now).broken == ()


@pytest.mark.parametrize("after", range(3))
def test_a_crash_halfway_never_breaks_the_trail_and_a_second_run_ends_it(
    bench: Bench, erasure: PersonErasure, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    erase = Audit.erase

    def dies(self: Audit, tenant: str, row: object) -> None:
        if len(done) == after:
            raise OSError
        done.append(1)
        erase(self, tenant, row)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Audit, "erase", dies)
        if after < 2:
            with pytest.raises(OSError):
                erasure.erase(*WHOM, "cli:ana")
        else:
            erasure.erase(*WHOM, "cli:ana")
    assert check(bench.means.audit, TENANT, bench.clock.now_ms()).broken == ()
    erasure.erase(*WHOM, "cli:ana")
    assert erasure.preview(*WHOM).is_empty
    assert check(bench.means.audit, TENANT, bench.clock.now_ms()).broken == ()
