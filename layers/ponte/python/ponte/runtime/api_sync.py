"""/sync: somebody asks for a look at one person on both sides, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path
from pydantic import BaseModel

from ponte.chatwoot.errors import rule_of
from ponte.digest import digest
from ponte.outcome import Succeeded
from ponte.relays.office_effects import ReadPerson
from ponte.runtime.api import Api, documented, reply
from ponte.runtime.api_access import SYNC, Caller
from ponte.runtime.api_people import IdInPath, TipoInPath, entity_id
from ponte.runtime.api_problems import Erro, Problem, conflict, erro, not_found, of_outcome
from ponte.runtime.office_looks import look
from ponte.runtime.office_performer import OfficeMeans, OfficePerformer
from ponte.runtime.redrive import Queue
from ponte.storage.jobs import Job, Jobs, Progress
from ponte.storage.quotas import Quotas
from ponte.zattar.values import Person, Tipo

CALL_SECONDS = 8.0  # two of them end well before an HTTP API's 30 s
PER_MINUTE = {Tipo.CLIENTE: 5, Tipo.PARTE_CONTRARIA: 3, Tipo.TERCEIRO: 2}
"""Syncs that one user may ask for, of each kind of person."""

JobId = Annotated[str, Path(pattern="^[0-9a-zA-Z_-]{1,64}$")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="o mesmo pedido de novo dá o mesmo job / the same request again is the same job",
    ),
]


class Pedido(BaseModel):
    job_id: str


class Andamento(BaseModel):
    """done: both sides are in step. failed: a person has to act, erro says why."""

    job_id: str
    estado: Literal["pending", "done", "failed"]
    tipo_entidade: Tipo
    entidade_id: int
    chatwoot_contact_id: int | None = None
    erro: Erro | None = None


@dataclass(frozen=True, slots=True)
class SyncDesk:
    """Takes in what users ask for. queue: Zattar's events, where a look waits its turn among them. new_id: unique."""

    means: OfficeMeans
    jobs: Jobs
    quotas: Quotas
    queue: Queue
    new_id: Callable[[], str]

    def ask(self, caller: Caller, tipo: Tipo, number: int, key: str = "") -> Job:
        """key: of the caller's own; the same one again is the same job, which is queued again until it is over: the
        first time may have ended before its event was. Raises Problem."""
        job_id = digest(caller.tenant, caller.user_id, key) if key else self.new_id()
        known = self.jobs.get(caller.tenant, job_id) if key else None
        if known is not None:
            self._again(known, tipo, number)
            is_over = self.jobs.progress(known).state != "pending"
            return known if is_over else self.queued(caller, tipo, number, job_id)
        taken = self.quotas.take(caller.tenant, f"sync:{tipo.value}", caller.user_id, PER_MINUTE[tipo])
        if taken.wait_s:
            raise Problem(429, "RATE_LIMIT", retry_after_s=taken.wait_s)
        try:
            self.person(caller.tenant, tipo, number, "id")
            return self.queued(caller, tipo, number, job_id)
        except Exception:
            self.quotas.give_back(caller.tenant, f"sync:{tipo.value}", caller.user_id, taken)
            raise

    def person(self, tenant: str, tipo: Tipo, number: int, field: str) -> Person:
        """As Zattar has them now. Raises Problem (404 with `field`, or why Zattar does not say)."""
        reading = OfficePerformer(self.means, tenant, tipo, number)
        outcome = reading.read(ReadPerson(tipo, number), CALL_SECONDS)
        if not isinstance(outcome, Succeeded):
            raise of_outcome("zattar", outcome)
        if outcome.result.get("gone"):
            raise not_found(field, "api.no_person")
        person: Person = outcome.result["person"]
        return person

    def queued(self, caller: Caller, tipo: Tipo, number: int, job_id: str = "") -> Job:
        """The look on its queue. Kept before it is queued: a job that was told of is never unknown."""
        job_id, now = job_id or self.new_id(), self.means.clock.now_ms()
        envelope = look(caller.tenant, tipo, number, job_id, now, insists=True, by=caller.by)
        job = self.jobs.begin(Job(caller.tenant, job_id, envelope.id, tipo.value, number, now))
        if (job.tipo, job.entity_id) == (tipo.value, number):
            self.queue.send([envelope], fifo=True)
        return self._again(job, tipo, number)

    def _again(self, job: Job, tipo: Tipo, number: int) -> Job:
        if (job.tipo, job.entity_id) != (tipo.value, number):
            raise conflict("Idempotency-Key", "api.key_reused")
        return job


def add(api: Api, desk: SyncDesk) -> None:
    """The routes of this module."""

    @api.app.post("/sync/<tipo>/<id>", responses=documented(202, Pedido, 403, 404, 409, 429, 502))
    def post_sync(tipo: TipoInPath, id: IdInPath, idempotency_key: Key = None) -> Response[Pedido]:
        job = desk.ask(api.caller(SYNC), tipo, entity_id(id), idempotency_key or "")
        return reply(202, Pedido(job_id=job.id))

    @api.app.get("/sync/jobs/<job_id>", responses=documented(200, Andamento, 403, 404))
    def get_job(job_id: JobId) -> Response[Andamento]:
        caller = api.caller(SYNC)
        job = desk.jobs.get(caller.tenant, job_id)
        if job is None:
            raise not_found("job_id")
        link = desk.means.links.of_person(job.tenant, job.tipo, job.entity_id)
        return reply(200, _shown(job, desk.jobs.progress(job), link.contact_id if link else None, api.language))


def _shown(job: Job, progress: Progress, contact_id: int | None, language: str) -> Andamento:
    state, problem = progress.state, None
    if progress.skipped == "person_gone":
        state, problem = "failed", erro("NOT_FOUND", "api.no_person", language)
    elif state == "failed":
        problem = erro(_code(progress.reason), progress.reason, language, detail=progress.detail or "-")
    return Andamento(
        job_id=job.id,
        estado=state,
        tipo_entidade=Tipo(job.tipo),
        entidade_id=job.entity_id,
        chatwoot_contact_id=contact_id,
        erro=Erro.model_validate(problem) if problem else None,
    )


def _code(reason: str) -> str:
    """A parking reason in the words of Zattar's catalogue of errors."""
    _, _, rest = reason.partition(".")
    platform, _, code = rest.partition(".")
    if code == "no_integration":
        return "NO_INTEGRATION"
    if platform == "chatwoot":
        return rule_of(code).catalogue
    if code.startswith("taken_"):
        return "CONFLICT"
    return "INTEGRATION_REFUSED" if platform == "zattar" else "SYNC_FAILED"
