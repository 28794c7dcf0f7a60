"""`ponte templates`: the catalogue of message templates, and which one opens a shut 24-hour window."""

from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.session import Session, Usage, moment, quiet, stamp
from cli.words import words
from ponte.mappings import Number, WindowTemplate
from ponte.outcome import Blocked, Rejected, Transient, Unknown
from ponte.relays.window import automatic
from ponte.runtime import wiring
from ponte.runtime.catalogue import refresh
from ponte.whatsapp.templates import Template, TemplateError, choose, is_language, is_name

app = typer.Typer(no_args_is_help=True, help="Modelos de mensagem / message templates")
Waba = Annotated[str, typer.Option("--waba-id", help="só desta conta / of this account only")]
PhoneId = Annotated[str, typer.Option("--phone-number-id", help="id do número na Meta / the number's id at Meta")]
Name = Annotated[str, typer.Option("--name", help="nome do modelo / the template's name")]
Language = Annotated[str, typer.Option("--language", help="idioma, p. ex. pt_BR / language")]
Parameters = Annotated[
    list[str] | None, typer.Option("--parameter", help="um por parâmetro; {nome}, {primeiro_nome} / one each")
]
Off = Annotated[bool, typer.Option("--off", help="não envia mais sozinho / send none by itself any more")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]


def as_json(waba_id: str, template: Template, numbers: list[Number]) -> dict[str, Any]:
    """opens_windows_of: ids of the numbers that send it by themselves."""
    opens = [str(number.phone_number_id) for number in numbers if _opens(number, waba_id, template)]
    return {
        "waba_id": waba_id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "quality": template.quality or None,
        "read_at": stamp(template.read_ms),
        "opens_windows_of": opens,
    }


def _opens(number: Number, waba_id: str, template: Template) -> bool:
    asks = number.window_template
    return (
        number.waba_id == waba_id
        and asks is not None
        and (asks.name, asks.language)
        == (
            template.name,
            template.language,
        )
    )


@app.command("list")
def list_templates(context: typer.Context, waba_id: Waba = "") -> None:
    """Lista o que se sabe dos modelos / list what is known of the templates"""
    session: Session = context.obj
    session.enter()
    with quiet():
        numbers = wiring.directory().numbers()
        store = wiring.means().templates
        accounts = [waba_id] if waba_id else _accounts(numbers)
        found = [(account, template) for account in accounts for template in store.all(account)]
    _show(session, found, numbers)


@app.command("refresh")
def refresh_templates(context: typer.Context, waba_id: Waba = "") -> None:
    """Lê o catálogo na Meta / read the catalogue from Meta"""
    session: Session = context.obj
    session.enter()
    with quiet():
        numbers = wiring.directory().numbers()
        outbound = wiring.means().outbound
        answers = {account: refresh(outbound, account) for account in ([waba_id] if waba_id else _accounts(numbers))}
    found: list[tuple[str, Template]] = []
    refusals: list[tuple[str, str]] = []
    for account, answer in answers.items():
        match answer:
            case list():
                found += [(account, template) for template in answer]
            case Blocked(code) | Rejected(code) | Transient(code) | Unknown(code):
                refusals.append((account, code))
            case _:
                refusals.append((account, "unknown"))
    for account, code in refusals:
        session.tell("templates.refused", waba=account, why=words(f"reason.whatsapp.{code}", session.lang, code=code))
    _show(session, found, numbers)
    raise typer.Exit(1 if refusals else 0)


@app.command("set-window-template")
def set_window_template(
    context: typer.Context,
    phone_number_id: PhoneId,
    name: Name = "",
    language: Language = "pt_BR",
    parameter: Parameters = None,
    off: Off = False,
    yes: Yes = False,
) -> None:
    """Escolhe o modelo que pede ao cliente para escrever / choose the template that asks a customer to write"""
    session: Session = context.obj
    if off == bool(name):
        raise Usage(session.say("templates.name_or_off"))
    if name and not (is_name(name) and is_language(language)):
        raise Usage(session.say("templates.bad_name"))
    session.enter()
    with quiet():
        number = wiring.directory().number(phone_number_id, fresh=True)
    if number is None:
        session.show({"error": "not_found", "id": phone_number_id}, lambda _: session.tell("templates.no_number"))
        raise typer.Exit(1)
    asks = None if off else WindowTemplate(name, language, tuple(parameter or ()))
    if asks is not None:
        _check(session, number, asks)
    key = "templates.confirm_off" if asks is None else "templates.confirm_set"
    session.confirm(yes, key, id=phone_number_id, name=name, language=language)
    with quiet():
        wiring.directory().save_number(replace(number, window_template=asks))
    chosen = {"name": asks.name, "language": asks.language, "parameters": list(asks.parameters)} if asks else None
    session.show(
        {"phone_number_id": phone_number_id, "window_template": chosen},
        lambda console: console.print(session.say("templates.saved", id=phone_number_id)),
    )


def _check(session: Session, number: Number, asks: WindowTemplate) -> None:
    """Ends the command unless Meta would take the template as it is configured, for a customer of any name."""
    with quiet():
        answer = refresh(wiring.means().outbound, number.waba_id)
    if not isinstance(answer, list):
        code = getattr(answer, "code", "unknown")
        why = words(f"reason.whatsapp.{code}", session.lang, code=code)
        session.show({"error": "catalogue", "sentence": why}, lambda _: session.tell("templates.unfit", why=why))
        raise typer.Exit(1)
    try:
        automatic(choose(answer, asks.name, asks.language), asks, "Maria Silva", session.lang)
    except TemplateError as error:
        why = words(f"template.wrong.{error.wrong}", session.lang, **error.values)
        session.show({"error": error.wrong, "sentence": why}, lambda _: session.tell("templates.unfit", why=why))
        raise typer.Exit(1) from error


def _accounts(numbers: list[Number]) -> list[str]:
    return list(dict.fromkeys(number.waba_id for number in numbers if number.waba_id))


def _show(session: Session, found: list[tuple[str, Template]], numbers: list[Number]) -> None:
    rows = [as_json(account, template, numbers) for account, template in found]

    def human(console: Console) -> None:
        if not rows:
            console.print(session.say("templates.none"))
            return
        cells = [
            (
                f"{template.name} ({template.language})",
                template.status,
                template.category,
                moment(template.read_ms),
                ", ".join(row["opens_windows_of"]),
            )
            for (_, template), row in zip(found, rows, strict=True)
        ]
        console.print(session.table(("template", "state", "category", "read_at", "opens"), cells))

    session.show({"templates": rows}, human)
