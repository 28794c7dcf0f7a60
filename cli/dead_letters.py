"""`ponte dlq`: messages that came a thousand times in vain, and moving them back once the cause is mended."""

from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError
from rich.console import Console

from cli.place import Place, QueuePair
from cli.session import Session, Usage, client
from ponte.digest import digest

app = typer.Typer(no_args_is_help=True, help="Filas de mensagens mortas / dead-letter queues")
Names = Annotated[list[str] | None, typer.Argument(help="filas, como em list / queues, as list names them")]
All = Annotated[bool, typer.Option("--all", help="todas / every one")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]
COUNT = "ApproximateNumberOfMessages"
BATCH = 10


@app.command("list")
def list_dead(context: typer.Context) -> None:
    """Quantas há em cada uma / how many there are in each"""
    session: Session = context.obj
    place = session.enter()
    counts = {pair.name: count(pair) for pair in _pairs(place)}

    def human(console: Console) -> None:
        console.print(session.table(("queue", "count"), [(name, str(n)) for name, n in counts.items()]))

    session.show({"dead_letters": [{"queue": name, "count": n} for name, n in counts.items()]}, human)


@app.command("redrive")
def redrive_dead(context: typer.Context, names: Names = None, everything: All = False, yes: Yes = False) -> None:
    """Devolve à fila de origem / move them back to the queue they came from"""
    session: Session = context.obj
    if bool(names) == everything:
        raise Usage(session.say("dlq.choose"))
    place = session.enter()
    pairs = _chosen(session, _pairs(place), names or [])
    counts = {pair.name: count(pair) for pair in pairs}
    if total := sum(counts.values()):
        session.confirm(yes, "dlq.confirm", count=total)
    results = [_move(place, pair, counts[pair.name]) for pair in pairs]

    def human(console: Console) -> None:
        cells = [(one["queue"], session.say(f"dlq.state.{one['state']}", **one)) for one in results]
        console.print(session.table(("queue", "state"), cells))

    session.show({"dead_letters": results}, human)
    raise typer.Exit(1 if any(one["state"] == "refused" for one in results) else 0)


def _pairs(place: Place) -> list[QueuePair]:
    return [pair for pair in place.queues() if pair.dead_url]


def _chosen(session: Session, pairs: list[QueuePair], names: list[str]) -> list[QueuePair]:
    known = {pair.name.lower(): pair for pair in pairs}
    if unknown := [name for name in names if name.lower() not in known]:
        raise Usage(
            session.say("dlq.unknown", name=", ".join(unknown), known=", ".join(pair.name for pair in pairs) or "-")
        )
    wanted = {name.lower() for name in names}
    return [pair for name, pair in known.items() if not wanted or name in wanted]


def count(pair: QueuePair) -> int:
    answer = client("sqs").get_queue_attributes(QueueUrl=pair.dead_url, AttributeNames=[COUNT])
    return int(answer["Attributes"].get(COUNT, 0))


def _move(place: Place, pair: QueuePair, waiting: int) -> dict[str, Any]:
    """{"queue", "state": "empty" | "moved" | "started" | "refused", "count", "code"?}"""
    result: dict[str, Any] = {"queue": pair.name, "count": waiting}
    if not waiting:
        return result | {"state": "empty"}
    sqs = client("sqs")
    if place.is_sandbox:  # the emulator has no move tasks
        return result | {"state": "moved", "count": move_by_hand(sqs, pair)}
    try:
        # The destination is named: a message that we sent to the dead letters ourselves has no source of its own.
        sqs.start_message_move_task(SourceArn=_arn(sqs, pair.dead_url), DestinationArn=_arn(sqs, pair.url))
    except ClientError as error:
        return result | {"state": "refused", "code": str(error.response.get("Error", {}).get("Code", ""))}
    return result | {"state": "started"}


def _arn(sqs: Any, url: str) -> str:
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def move_by_hand(sqs: Any, pair: QueuePair) -> int:
    """Receive, send, delete, until nothing is left: what a move task does, for the sandbox.

    A crash in between leaves a message on both queues, which the ledger knows to be one. Groups keep their order; the
    deduplication id is new, since the old one may still be remembered. Returns how many were moved.
    """
    moved = 0
    while batch := sqs.receive_message(
        QueueUrl=pair.dead_url, MaxNumberOfMessages=BATCH, MessageSystemAttributeNames=["MessageGroupId"]
    ).get("Messages", []):
        entries = []
        for n, message in enumerate(batch):
            entry = {"Id": str(n), "MessageBody": message["Body"]}
            if group := (message.get("Attributes") or {}).get("MessageGroupId"):
                entry |= {"MessageGroupId": group, "MessageDeduplicationId": digest("moved", message["MessageId"])}
            entries.append(entry)
        answer = sqs.send_message_batch(QueueUrl=pair.url, Entries=entries)
        sent = [batch[int(done["Id"])] for done in answer.get("Successful", [])]
        if not sent:
            break
        gone = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(sent)]
        sqs.delete_message_batch(QueueUrl=pair.dead_url, Entries=gone)
        moved += len(sent)
    return moved
