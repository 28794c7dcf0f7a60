"""`ponte people`: clashes of addresses, merges that they suggest, merging with a preview, and taking it back."""

from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from cli.session import Session, Usage, moment, quiet, stamp, who
from ponte.mappings import Conversation
from ponte.people.aliases import Alias
from ponte.runtime import wiring
from ponte.runtime.people_cases import NoSuchCase, PeopleDesk, Preview, Profile, Suggestion
from ponte.storage.people import Merge, NotMergeable
from ponte.storage.people_cases import Case
from ponte.texts.masks import masked

app = typer.Typer(no_args_is_help=True, help="Pessoas: conflitos e uniões / people: clashes and merges")
Ids = Annotated[list[str], typer.Argument(help="um conflito, ou duas pessoas / a clash, or two people")]
One = Annotated[str, typer.Argument(help="id")]
Keep = Annotated[str, typer.Option("--keep", help="a pessoa que fica / the person who stays")]
Look = Annotated[bool, typer.Option("--preview", help="só mostra o que aconteceria / only show what would happen")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]


@app.command("conflicts")
def conflicts(context: typer.Context) -> None:
    """Lista os conflitos de endereços em aberto / list open clashes of addresses"""
    session, desk = _desk(context)
    with quiet():
        cases = [case for tenant in desk.tenants() for case in desk.conflicts(tenant)]

    def human(console: Console) -> None:
        if not cases:
            console.print(session.say("people.no_conflicts"))
            return
        cells = [
            (case.id, moment(case.last_ms), session.say(f"people.kind.{case.kind}"), str(case.count)) for case in cases
        ]
        console.print(session.table(("id", "at", "reason", "events"), cells))

    session.show({"conflicts": [case_json(session, case) for case in cases]}, human)


@app.command("suggestions")
def suggestions(context: typer.Context) -> None:
    """Lista as uniões sugeridas, as prováveis primeiro / list suggested merges, likely ones first"""
    session, desk = _desk(context)
    with quiet():
        found = [each for tenant in desk.tenants() for each in desk.suggestions(tenant)]

    def human(console: Console) -> None:
        if not found:
            console.print(session.say("people.no_suggestions"))
            return
        cells = [
            (
                each.case,
                f"{each.survivor}\n{each.absorbed}",
                session.say(f"people.grade.{each.grade}"),
                session.say(f"people.kind.{each.reason}"),
            )
            for each in found
        ]
        table = session.table(("id", "people", "likely", "reason"), [])
        for row in cells:
            table.add_row(*row)
        console.print(table)

    session.show({"suggestions": [suggestion_json(session, each) for each in found]}, human)


@app.command("merge")
def merge(context: typer.Context, ids: Ids, keep: Keep = "", preview: Look = False, yes: Yes = False) -> None:
    """Une duas pessoas, depois de mostrar o que muda / merge two people, after showing what it changes"""
    session, desk = _desk(context)
    try:
        with quiet():
            tenant, survivor, absorbed, case = _meant(session, desk, ids, keep)
            shown = desk.preview(tenant, survivor, absorbed)
    except NoSuchCase:
        _refuse(session, "not_found")
    longer = bool(case) and not keep
    if preview or not session.as_json:
        session.show(preview_json(shown), lambda console: _print_preview(session, console, shown, longer))
    if shown.refusal:
        _refuse(session, shown.refusal, told=preview)
    if preview:
        return
    session.confirm(yes, "people.confirm_merge")
    try:
        with quiet():
            made = desk.merge(tenant, survivor, absorbed, who(), case)
    except NoSuchCase:
        _refuse(session, "not_found")
    except NotMergeable as error:
        _refuse(session, error.code)
    session.show(merge_json(made), lambda console: console.print(session.say("people.merged", id=made.id)))


@app.command("merges")
def merges(context: typer.Context) -> None:
    """Lista as uniões feitas e desfeitas / list merges, undone ones too"""
    session, desk = _desk(context)
    with quiet():
        found = [each for tenant in desk.tenants() for each in desk.merges(tenant)]

    def human(console: Console) -> None:
        if not found:
            console.print(session.say("people.no_merges"))
            return
        cells = [
            (
                each.id,
                moment(each.at_ms),
                each.by,
                session.say(f"people.state.{'undone' if each.undone_ms else 'done'}"),
            )
            for each in found
        ]
        console.print(session.table(("id", "at", "by", "state"), cells))

    session.show({"merges": [merge_json(each) for each in found]}, human)


@app.command("undo")
def undo(context: typer.Context, id: One, yes: Yes = False) -> None:
    """Desfaz uma união / take a merge back"""
    session, desk = _desk(context)
    session.confirm(yes, "people.confirm_undo", id=id)
    try:
        with quiet():
            undone = desk.undo(id, who())
    except NotMergeable as error:
        _refuse(session, error.code)
    session.show(merge_json(undone), lambda console: console.print(session.say("people.undone", id=undone.id)))


@app.command("apart")
def apart(context: typer.Context, id: One, yes: Yes = False) -> None:
    """Fecha um conflito: são pessoas diferentes / close a clash: they are different people"""
    session, desk = _desk(context)
    session.confirm(yes, "people.confirm_apart", id=id)
    try:
        with quiet():
            case = desk.keep_apart(id, who())
    except NoSuchCase:
        _refuse(session, "not_found")
    session.show({"id": case.id, "state": "apart"}, lambda console: console.print(session.say("people.apart", id=id)))


def case_json(session: Session, case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "kind": case.kind,
        "reason": session.say(f"people.kind.{case.kind}"),
        "people": list(case.people),
        "delivered_to": case.chosen,
        "phone_number_id": case.phone_number_id,
        "events": case.count,
        "first_at": stamp(case.first_ms),
        "last_at": stamp(case.last_ms),
    }


def suggestion_json(session: Session, found: Suggestion) -> dict[str, Any]:
    return {
        "id": found.case,
        "survivor": found.survivor,
        "absorbed": found.absorbed,
        "likely": found.grade == "strong",
        "reason": session.say(f"people.kind.{found.reason}"),
    }


def preview_json(preview: Preview) -> dict[str, Any]:
    """Addresses masked: enough to recognise somebody, not enough to write to them."""
    return {
        "survivor": _profile_json(preview.survivor),
        "absorbed": _profile_json(preview.absorbed),
        "chats_going_on": [_chat_json(each) for each in preview.going_on],
        "chats_for_answers_only": [_chat_json(each) for each in preview.staying],
        "refused": preview.refusal or None,
    }


def merge_json(made: Merge) -> dict[str, Any]:
    return {
        "id": made.id,
        "survivor": made.survivor,
        "absorbed": made.absorbed,
        "by": made.by,
        "at": stamp(made.at_ms),
        "undone_at": stamp(made.undone_ms),
        "undone_by": made.undone_by or None,
    }


def _profile_json(profile: Profile) -> dict[str, Any]:
    return {
        "person": profile.person,
        "members": list(profile.members),
        "names": sorted({each.name for each in profile.conversations if each.name}),
        "aliases": [{"kind": alias.kind, "value": _masked(alias)} for alias in profile.aliases],
    }


def _chat_json(conversation: Conversation) -> dict[str, Any]:
    return {
        "phone_number_id": str(conversation.phone_number_id),
        "chat_id": conversation.chat_id or None,
        "name": conversation.name,
    }


def _masked(alias: Alias) -> str:
    return masked(alias.value, head=4, tail=3)


def _print_preview(session: Session, console: Console, preview: Preview, longer: bool) -> None:
    """longer: whether the one who stays was taken because we know them for longer."""
    stays = "people.survivor" if longer else "people.chosen_survivor"
    for key, profile in ((stays, preview.survivor), ("people.absorbed", preview.absorbed)):
        console.print(session.say(key, id=profile.person), markup=False)
        cells = [(session.say(f"people.alias.{alias.kind}"), _masked(alias)) for alias in profile.aliases]
        console.print(session.table(("kind", "value"), cells))
    roles = [("going_on", each) for each in preview.going_on] + [("staying", each) for each in preview.staying]
    chats = [
        (each.chat_id or session.say("people.no_chat"), each.name, session.say(f"people.role.{role}"))
        for role, each in roles
    ]
    console.print(session.table(("chat", "name", "state"), chats))
    console.print(session.say("people.crm_stays"), markup=False)


def _meant(session: Session, desk: PeopleDesk, ids: list[str], keep: str) -> tuple[str, str, str, str]:
    """(tenant, who stays, who goes into them, the case). Raises Usage, NoSuchCase."""
    if len(ids) == 2 and not keep:
        return desk.tenant_of(ids[0]), ids[0], ids[1], ""
    if len(ids) != 1:
        raise Usage(session.say("people.merge_usage"))
    found = desk.suggestion(ids[0])
    pair = (found.survivor, found.absorbed)
    if keep and keep not in pair:
        raise Usage(session.say("people.keep_usage"))
    survivor, absorbed = pair if keep in ("", pair[0]) else (pair[1], pair[0])
    return found.tenant, survivor, absorbed, found.case


def _desk(context: typer.Context) -> tuple[Session, PeopleDesk]:
    session: Session = context.obj
    session.enter()
    with quiet():
        return session, wiring.people_desk()


def _refuse(session: Session, code: str, *, told: bool = False) -> NoReturn:
    """Why nothing was done, and status 1. told: the answer on stdout was given before."""
    sentence = session.say(f"people.refused.{code}")
    if not (told and session.as_json):
        session.show({"error": code, "sentence": sentence}, lambda _: typer.echo(sentence, err=True))
    raise typer.Exit(1)
