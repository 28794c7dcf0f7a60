"""`ponte suggestions`: contacts of Chatwoot that may be people of Zattar; found, listed, accepted, refused."""

from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from cli.offices import Tenant, entered
from cli.session import Session, quiet, stamp, who
from ponte.relays.people_matches import grade
from ponte.relays.zattar_to_chatwoot import identifier
from ponte.runtime import wiring
from ponte.runtime.people_suggestions import NotAccepted, SuggestionDesk
from ponte.storage.suggestions import Suggestion

app = typer.Typer(no_args_is_help=True, help="Contatos que podem ser pessoas do Zattar / contacts that may be people")
One = Annotated[str, typer.Argument(help="id da sugestão / the suggestion's id")]
From = Annotated[int, typer.Option("--from", help="página em que começa / page to begin at", min=1)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]


@app.command("find")
def find(context: typer.Context, tenant: Tenant, first: From = 1) -> None:
    """Procura no Zattar os contatos sem vínculo do Chatwoot / look in Zattar for Chatwoot's unlinked contacts"""
    session, desk = _desk(context, tenant)
    seen, found, page, code = 0, 0, first, ""
    with quiet():
        while page and not code:
            walked = desk.walk(tenant, page)
            seen, found, code = seen + walked.seen, found + walked.found, walked.code
            page = page if code else walked.next_page
    tree = {"contacts": seen, "found": found, "stopped_at": page or None, "error": code or None}

    def human(console: Console) -> None:
        console.print(session.say("suggestion.walked", contacts=seen, found=found))
        if code:
            console.print(session.say("suggestion.stopped", page=page, code=code))

    session.show(tree, human)
    raise typer.Exit(1 if code else 0)


@app.command("list")
def list_open(context: typer.Context, tenant: Tenant) -> None:
    """Lista as sugestões em aberto / list open suggestions"""
    session, _ = _desk(context, tenant)
    listed: list[Suggestion] = []
    with quiet():
        place, more = "", True
        while more:
            page, place = wiring.office_means().suggestions.page(tenant, place)
            listed, more = listed + page, bool(place)

    def human(console: Console) -> None:
        if not listed:
            console.print(session.say("suggestion.none"))
            return
        cells = [
            (
                each.id,
                str(each.contact_id),
                identifier(each.tipo, each.entity_id),
                ", ".join(session.say(f"suggestion.reason.{reason}") for reason in each.reasons),
                session.say(f"suggestion.grade.{grade(each.reasons)}"),
            )
            for each in listed
        ]
        console.print(session.table(("id", "contact", "person", "reason", "likely"), cells))

    session.show({"suggestions": [suggestion_json(each) for each in listed]}, human)


@app.command("accept")
def accept(context: typer.Context, tenant: Tenant, id: One, yes: Yes = False) -> None:
    """Vincula os dois / link the two"""
    session, desk = _desk(context, tenant)
    session.confirm(yes, "suggestion.confirm_accept", id=id)
    try:
        with quiet():
            accepted = desk.accept(tenant, id, who())
    except NotAccepted as error:
        _refuse(session, error.code)
    session.show(suggestion_json(accepted), lambda console: console.print(session.say("suggestion.accepted")))


@app.command("refuse")
def refuse(context: typer.Context, tenant: Tenant, id: One) -> None:
    """São pessoas diferentes: não sugere mais / they are two people: do not suggest it again"""
    session, desk = _desk(context, tenant)
    try:
        with quiet():
            refused = desk.refuse(tenant, id, who())
    except NotAccepted as error:
        _refuse(session, error.code)
    session.show(suggestion_json(refused), lambda console: console.print(session.say("suggestion.refused")))


def suggestion_json(found: Suggestion) -> dict[str, Any]:
    return {
        "id": found.id,
        "contact_id": found.contact_id,
        "person": identifier(found.tipo, found.entity_id),
        "reasons": list(found.reasons),
        "likely": grade(found.reasons) == "strong",
        "first_at": stamp(found.first_ms),
    }


def _desk(context: typer.Context, tenant: str) -> tuple[Session, SuggestionDesk]:
    session, _ = entered(context, tenant)
    with quiet():
        return session, SuggestionDesk(wiring.office_means(), wiring.queue("zattar_events_queue_url"))


def _refuse(session: Session, code: str) -> NoReturn:
    sentence = session.say(f"suggestion.{code}")
    session.show({"error": code, "sentence": sentence}, lambda _: typer.echo(sentence, err=True))
    raise typer.Exit(1)
