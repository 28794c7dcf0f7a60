"""What somebody asked for by the API and may ask about later: the event that does it, whose fate the ledger tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ponte.storage import keys
from ponte.storage.ledger import TTL_SECONDS
from ponte.storage.ledger_items import UNDER_WAY
from ponte.storage.table import ConditionFailed, Put, Table, absent

type State = Literal["pending", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """event_id: of the ledger item. tipo, entity_id: the person in Zattar that is looked at."""

    tenant: str
    id: str
    event_id: str
    tipo: str
    entity_id: int
    asked_ms: int


@dataclass(frozen=True, slots=True)
class Progress:
    """reason: key of the texts catalogue and detail what it quotes, where it failed. skipped: why nothing had to be
    done, "" where something was."""

    state: State
    reason: str = ""
    detail: str = ""
    skipped: str = ""


class Jobs:
    """table: Message, where the ledger is."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, job: Job) -> Job:
        """Kept as long as the ledger keeps its event. The same id again is the job that stands already."""
        pk, sk = keys.job(job.tenant, job.id)
        item = {
            "pk": pk,
            "sk": sk,
            "tenant": job.tenant,
            "id": job.id,
            "event_id": job.event_id,
            "tipo": job.tipo,
            "entity_id": job.entity_id,
            "asked_ms": job.asked_ms,
            "expires_at": job.asked_ms // 1000 + TTL_SECONDS,
        }
        try:
            self._table.write(Put(item, when=absent("pk")))
        except ConditionFailed as failed:
            return _job(failed.old) if failed.old else job
        return job

    def get(self, tenant: str, job_id: str) -> Job | None:
        item = self._table.get(*keys.job(tenant, job_id))
        return _job(item) if item else None

    def progress(self, job: Job) -> Progress:
        """An event that no worker has met yet is on its way."""
        item = self._table.get(*keys.message(job.event_id)) or {}
        state = str(item.get("st", ""))
        if not state or state in UNDER_WAY:
            return Progress("pending")
        if state == "PARKED":
            return Progress("failed", str(item.get("reason", "")), str(item.get("reason_detail", "")))
        last: Mapping[str, Any] = (item.get("log") or [{}])[-1]
        return Progress("done", skipped=str(last.get("detail", "")) if state == "SKIPPED" else "")


def _job(item: Mapping[str, Any]) -> Job:
    return Job(
        tenant=str(item["tenant"]),
        id=str(item["id"]),
        event_id=str(item["event_id"]),
        tipo=str(item["tipo"]),
        entity_id=int(item["entity_id"]),
        asked_ms=int(item["asked_ms"]),
    )
