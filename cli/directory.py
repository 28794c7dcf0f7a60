"""`ponte numbers` and `ponte portals`: the configuration people look after; ids and phones masked where they can be."""

import re
from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.session import Session, Usage, moment, quiet, stamp
from ponte.mappings import MemberId, Number, PhoneNumberId, Portal
from ponte.runtime import wiring
from ponte.storage.directory import COEXISTENCE_RATE, NUMBER_RATE, PAIR_RATE
from ponte.texts.masks import masked

app = typer.Typer(no_args_is_help=True, help="Números do WhatsApp / WhatsApp numbers")
portals_app = typer.Typer(no_args_is_help=True, help="Portais Bitrix24 / Bitrix24 portals")
_ID = re.compile(r"[0-9]{5,20}")
_PHONE = re.compile(r"\+[0-9](?:[0-9 ().-]{5,22})[0-9]")
PhoneId = Annotated[str, typer.Option("--phone-number-id", help="id do número na Meta / the number's id at Meta")]
Waba = Annotated[str, typer.Option("--waba-id", help="id da conta do WhatsApp / the WhatsApp account's id")]
Portfolio = Annotated[
    str, typer.Option("--portfolio-id", help="id do portfólio empresarial na Meta / business portfolio's id at Meta")
]
Phone = Annotated[str, typer.Option("--phone", help="telefone, +55 11 ... / the phone itself")]
Coexistence = Annotated[
    bool | None,
    typer.Option("--coexistence/--no-coexistence", help="também no aplicativo: 20 por segundo / used in the app too"),
]
Typing = Annotated[
    bool | None,
    typer.Option("--typing/--no-typing", help="mostra “digitando…” ao cliente / show the customer “typing…”"),
]
TellsCrm = Annotated[
    bool | None,
    typer.Option(
        "--tells-crm/--no-tells-crm",
        help="inclui o número novo do cliente no contato do CRM / adds a customer's new number to their CRM contact",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]


def phone(display_phone_number: str) -> str:
    """+55…4040"""
    return masked(display_phone_number, head=3)


def number_json(number: Number) -> dict[str, Any]:
    return {
        "phone_number_id": str(number.phone_number_id),
        "waba_id": number.waba_id,
        "portfolio_id": number.portfolio_id or None,
        "phone": phone(number.display_phone_number),
        "member_id": masked(number.member_id) if number.member_id else None,
        "connector": number.connector or None,
        "line": number.line or None,
        "typing": number.shows_typing,
        "tells_crm": number.tells_crm,
    }


@app.command("list")
def list_numbers(context: typer.Context) -> None:
    """Lista os números e os seus canais / list numbers and their lines"""
    session: Session = context.obj
    session.enter()
    with quiet():
        numbers = wiring.directory().numbers()

    def human(console: Console) -> None:
        if not numbers:
            console.print(session.say("numbers.none"))
            return
        cells = [
            (
                str(number.phone_number_id),
                phone(number.display_phone_number),
                str(number.line) if number.line else session.say("numbers.free"),
            )
            for number in numbers
        ]
        console.print(session.table(("id", "number", "line"), cells))

    session.show({"numbers": [number_json(number) for number in numbers]}, human)


@app.command("put")
def put_number(
    context: typer.Context,
    phone_number_id: PhoneId,
    waba_id: Waba,
    display: Phone,
    portfolio_id: Portfolio = "",
    coexistence: Coexistence = None,
    typing: Typing = None,
    tells_crm: TellsCrm = None,
    yes: Yes = False,
) -> None:
    """Cadastra um número ou corrige os seus dados / add a number or correct its data"""
    session: Session = context.obj
    ids = (("--phone-number-id", phone_number_id), ("--waba-id", waba_id), ("--portfolio-id", portfolio_id))
    for name, given in ids:
        if not (_ID.fullmatch(given) or (name == "--portfolio-id" and not given)):
            raise Usage(session.say("numbers.bad_id", name=name))
    if not _PHONE.fullmatch(display):
        raise Usage(session.say("numbers.bad_phone"))
    session.enter()
    with quiet():
        known = wiring.directory().number(phone_number_id, fresh=True)
    key = "numbers.confirm_change" if known else "numbers.confirm_new"
    session.confirm(yes, key, id=phone_number_id, phone=phone(display))
    number = known or Number(
        phone_number_id=PhoneNumberId(phone_number_id),
        waba_id="",
        display_phone_number="",
        member_id=MemberId(""),
        connector="",
        line=0,
        rate=NUMBER_RATE,
        pair_rate=PAIR_RATE,
    )
    portfolio = portfolio_id or number.portfolio_id
    number = replace(number, waba_id=waba_id, display_phone_number=display, portfolio_id=portfolio)
    if coexistence is not None:
        number = replace(number, rate=COEXISTENCE_RATE if coexistence else NUMBER_RATE)
    if typing is not None:
        number = replace(number, shows_typing=typing)
    if tells_crm is not None:
        number = replace(number, tells_crm=tells_crm)
    with quiet():
        wiring.directory().save_number(number)
    session.show(number_json(number), lambda console: console.print(session.say("numbers.saved", id=phone_number_id)))


def portal_json(portal: Portal, lines: list[int]) -> dict[str, Any]:
    """No token in it, and too little of member_id to use it."""
    return {
        "member_id": masked(portal.member_id),
        "domain": portal.domain,
        "status": portal.status,
        "installed": portal.installed,
        "crm": portal.crm,
        "token_expires_at": stamp(portal.token_expires_at * 1000),
        "last_traffic_at": stamp(portal.last_traffic_ms),
        "lines": lines,
    }


@portals_app.command("list")
def list_portals(context: typer.Context) -> None:
    """Lista os portais, sem segredos / list portals, without secrets"""
    session: Session = context.obj
    session.enter()
    with quiet():
        directory = wiring.directory()
        found = [(p, [line.line for line in directory.lines(p.member_id)]) for p in directory.portals()]

    def human(console: Console) -> None:
        if not found:
            console.print(session.say("portals.none"))
            return
        cells = [
            (
                portal.domain,
                masked(portal.member_id),
                session.say(f"portal_status.{portal.status}"),
                moment(portal.token_expires_at * 1000),
                ", ".join(map(str, lines)),
            )
            for portal, lines in found
        ]
        console.print(session.table(("domain", "id", "state", "token_until", "lines"), cells))

    session.show({"portals": [portal_json(portal, lines) for portal, lines in found]}, human)
