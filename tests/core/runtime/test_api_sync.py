"""/sync: who may ask for a look at whom and how often, and what a job tells of it."""

import pytest

from ponte.storage import keys
from ponte.storage.table import Put
from tests.core.runtime.office_api import ANA, HOSTS, LINKED, LINKED_CONTACT, OTHER, TENANT, Bench, auth_id

READ = ("GET", HOSTS[TENANT], "/rest/v1/clientes")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def sync(bench: Bench, tipo: str = "cliente", number: int = ANA, **more: str) -> int:
    return bench.call("POST", f"/sync/{tipo}/{number}", **more).status


def job_of(bench: Bench, **ledger: object) -> dict[str, object]:
    """A job whose event a worker has brought so far."""
    job_id = bench.call("POST", f"/sync/cliente/{LINKED}").tree["job_id"]
    if ledger:
        pk, sk = keys.message(bench.queued[-1].id)
        bench.tables.message.write(Put({"pk": pk, "sk": sk, **ledger}))
    answer = bench.call("GET", f"/sync/jobs/{job_id}")
    assert answer.status == 200
    tree: dict[str, object] = answer.tree
    return tree


def test_a_sync_is_queued_for_the_person_as_the_user_asked(bench: Bench) -> None:
    answer = bench.call("POST", f"/sync/cliente/{ANA}", user="sync")
    assert answer.status == 202
    (queued,) = bench.queued
    assert (queued.scope, queued.conversation) == (TENANT, f"{TENANT}|cliente|{ANA}")
    assert queued.payload == {
        "tipo": "cliente",
        "entity_id": ANA,
        "insists": True,
        "both_sides": True,
        "yields": False,
        "by": f"user:{auth_id(TENANT, 'sync')}",
    }
    assert answer.tree == {"job_id": queued.source_id.split("|")[-1]}


def test_whom_zattar_does_not_know_is_404_at_once(bench: Bench) -> None:
    assert bench.call("POST", "/sync/cliente/999").problem == (404, "NOT_FOUND", "id")
    assert bench.call("POST", f"/sync/terceiro/{LINKED}").problem == (404, "NOT_FOUND", "id")
    assert bench.queued == []


@pytest.mark.parametrize("user", ["nobody", "admin_only"])
def test_without_the_scope_nobody_is_looked_at(bench: Bench, user: str) -> None:
    assert sync(bench, user=user) == 403
    assert (bench.queued, READ in bench.asked) == ([], False)


@pytest.mark.parametrize(("tipo", "limit"), [("cliente", 5), ("parte_contraria", 3), ("terceiro", 2)])
def test_a_user_asks_so_often_a_minute_of_each_kind(bench: Bench, tipo: str, limit: int) -> None:
    number = ANA
    assert [sync(bench, tipo, number) for _ in range(limit)] == [202] * limit
    bench.clock.now += 20_500
    answer = bench.call("POST", f"/sync/{tipo}/{number}")
    assert answer.problem == (429, "RATE_LIMIT", "")
    assert answer.headers["retry-after"] == "40"
    assert len(bench.queued) == limit
    assert sync(bench, tipo, number, user="sync") == 202, "another user has minutes of their own"
    bench.clock.now += 39_500
    assert sync(bench, tipo, number) == 202


def test_the_kinds_have_minutes_of_their_own(bench: Bench) -> None:
    assert [sync(bench) for _ in range(6)] == [202] * 5 + [429]
    assert bench.call("POST", "/sync/terceiro/1").status == 202


def test_what_was_not_queued_does_not_count(bench: Bench) -> None:
    assert [sync(bench, number=999) for _ in range(9)] == [404] * 9
    bench.down.add(HOSTS[TENANT])
    assert [sync(bench) for _ in range(9)] == [503] * 9
    bench.down.clear()
    assert [sync(bench) for _ in range(6)] == [202] * 5 + [429]


def test_over_the_limit_zattar_is_not_asked(bench: Bench) -> None:
    for _ in range(5):
        sync(bench)
    before = bench.asked.count(READ)
    assert sync(bench) == 429
    assert bench.asked.count(READ) == before


def test_the_same_key_is_the_same_job_and_counts_once(bench: Bench) -> None:
    asked = [bench.call("POST", f"/sync/cliente/{ANA}", idempotency_key="k1") for _ in range(9)]
    assert {answer.status for answer in asked} == {202}
    assert len({answer.tree["job_id"] for answer in asked}) == 1
    assert len({envelope.id for envelope in bench.queued}) == 1
    other = bench.call("POST", f"/sync/cliente/{ANA}", idempotency_key="k1", user="sync")
    assert other.tree["job_id"] != asked[0].tree["job_id"], "a key is its user's own"


def test_what_could_not_be_queued_is_queued_when_the_same_key_comes_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> int:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(bench, "send", away)
        assert sync(bench, idempotency_key="k1") == 503
    assert bench.queued == []
    assert sync(bench, idempotency_key="k1") == 202
    assert len(bench.queued) == 1
    pk, sk = keys.message(bench.queued[0].id)
    bench.tables.message.write(Put({"pk": pk, "sk": sk, "st": "SENT"}))
    assert sync(bench, idempotency_key="k1") == 202
    assert len(bench.queued) == 1, "it is done"


def test_a_key_that_was_used_for_somebody_else_is_refused(bench: Bench) -> None:
    sync(bench, idempotency_key="k1")
    answer = bench.call("POST", f"/sync/cliente/{LINKED}", idempotency_key="k1")
    assert answer.problem == (409, "CONFLICT", "Idempotency-Key")
    assert len(bench.queued) == 1


def test_a_key_of_too_many_letters_is_refused(bench: Bench) -> None:
    assert bench.call("POST", f"/sync/cliente/{ANA}", idempotency_key="k" * 256).status == 422


@pytest.mark.parametrize("ledger", [{}, {"st": "SENDING"}, {"st": "RETRY"}, {"st": "UNKNOWN"}])
def test_a_job_is_pending_until_its_event_is_done(bench: Bench, ledger: dict[str, object]) -> None:
    job = job_of(bench, **ledger)
    assert (job["estado"], job["erro"], job["chatwoot_contact_id"]) == ("pending", None, LINKED_CONTACT)


@pytest.mark.parametrize(
    "ledger", [{"st": "SENT"}, {"st": "SKIPPED", "log": [{"at_ms": 1, "step": "skipped", "detail": "in_step"}]}]
)
def test_a_job_is_done_when_both_sides_are_in_step(bench: Bench, ledger: dict[str, object]) -> None:
    job = job_of(bench, **ledger)
    assert (job["estado"], job["erro"], job["chatwoot_contact_id"]) == ("done", None, LINKED_CONTACT)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("reason.chatwoot.not_found", "CONTACT_NOT_FOUND"),
        ("reason.chatwoot.refused_identifier", "INVALID_IDENTIFIER"),
        ("reason.chatwoot.http_429", "RATE_LIMIT"),
        ("reason.chatwoot.no_answer", "API_TIMEOUT"),
        ("reason.chatwoot.invalid_access_token", "UNAUTHORIZED"),
        ("reason.chatwoot.no_integration", "NO_INTEGRATION"),
        ("reason.office.taken_contact", "CONFLICT"),
        ("reason.office.loop", "SYNC_FAILED"),
        ("reason.zattar.42501", "INTEGRATION_REFUSED"),
        ("reason.gave_up", "SYNC_FAILED"),
    ],
)
def test_a_parked_job_has_failed_and_says_why(bench: Bench, reason: str, code: str) -> None:
    job = job_of(bench, st="PARKED", reason=reason, reason_detail="")
    assert job["estado"] == "failed"
    erro = job["erro"]
    assert isinstance(erro, dict)
    assert erro["codigo"] == code
    assert erro["mensagem"] not in ("", reason)


def test_a_job_whose_person_is_gone_meanwhile_has_failed(bench: Bench) -> None:
    job = job_of(bench, st="SKIPPED", log=[{"at_ms": 1, "step": "skipped", "detail": "person_gone"}])
    assert job["estado"] == "failed"


def test_a_job_is_its_offices_own(bench: Bench) -> None:
    job_id = bench.call("POST", f"/sync/cliente/{ANA}").tree["job_id"]
    assert bench.call("GET", f"/sync/jobs/{job_id}", tenant=OTHER).problem == (404, "NOT_FOUND", "job_id")
    assert bench.call("GET", f"/sync/jobs/{job_id}", user="sync").status == 200
    assert bench.call("GET", "/sync/jobs/never-heard-of").status == 404
    assert bench.call("GET", "/sync/jobs/..%2F..").status == 422
