"""What lies about: dead letters, parked messages, spilled entries, messages that wait too long."""

from dataclasses import dataclass

from cli.doctor.findings import Failed, Finding, ok, problem, unasked, unchecked

OLD_SECONDS = 300  # as the stack's own alarm


@dataclass(frozen=True, slots=True)
class QueueProbe:
    """waiting: visible, delayed and in flight. oldest_s: age of the oldest message, None where nobody measures it."""

    name: str
    dead: int | Failed
    waiting: int | Failed
    oldest_s: int | Failed | None


def dead_letters(probe: QueueProbe) -> Finding:
    check = "queue.dead"
    if isinstance(probe.dead, Failed):
        return unasked(check, probe.dead, probe.name)
    if probe.dead:
        return problem(check, "doctor.queue.dead.some", probe.name, count=str(probe.dead), name=probe.name)
    return ok(check, probe.name)


def parked(count: int | Failed) -> Finding:
    if isinstance(count, Failed):
        return unasked("parked", count)
    return problem("parked", "doctor.parked.some", count=str(count)) if count else ok("parked")


def spill(count: int | Failed) -> Finding:
    """Entries that SQS refused and S3 kept; the sweep of every five minutes sends them on."""
    if isinstance(count, Failed):
        return unasked("spill", count)
    return problem("spill", "doctor.spill.some", count=str(count)) if count else ok("spill")


def oldest(probe: QueueProbe) -> Finding:
    check = "queue.oldest"
    if isinstance(probe.waiting, Failed):
        return unasked(check, probe.waiting, probe.name)
    if not probe.waiting:
        return ok(check, probe.name)
    if probe.oldest_s is None:
        return unchecked(check, "doctor.queue.oldest.unmeasured", probe.name, count=str(probe.waiting))
    if isinstance(probe.oldest_s, Failed):
        return unasked(check, probe.oldest_s, probe.name)
    if probe.oldest_s > OLD_SECONDS:
        return problem(
            check, "doctor.queue.oldest.old", probe.name, seconds=str(probe.oldest_s), count=str(probe.waiting)
        )
    return ok(check, probe.name)
