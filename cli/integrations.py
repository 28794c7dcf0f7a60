"""`ponte integrations`: rows of an office's table integracoes, shown without their secrets, changed, tried.

What the REST API does under /integracoes, for who runs the stack.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from cli.offices import Tenant, entered
from cli.session import Session, Usage, quiet, who
from ponte.runtime import api_integrations, wiring
from ponte.runtime.api_integrations import Integracao, MudancaDeIntegracao
from ponte.runtime.api_problems import Problem, of_validation
from ponte.zattar.integrations import masked

app = typer.Typer(no_args_is_help=True, help="Integrações na tabela do Zattar / integrations in Zattar's table")
KEY = "CHATWOOT_API_KEY"

Row = Annotated[str, typer.Argument(help="id da linha / the row's id")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]


@app.command("list")
def list_integrations(context: typer.Context, tenant: Tenant) -> None:
    """Lista as integrações, segredos mascarados / list integrations, secrets masked"""
    session, _ = entered(context, tenant)
    with _told(session), quiet():
        rows = api_integrations.listed(wiring.office_means(), tenant)

    def human(console: Console) -> None:
        if not rows:
            console.print(session.say("integrations.none"))
            return
        cells = [
            (
                row.id,
                f"{row.tipo}: {row.nome}",
                "x" if row.em_uso else "-",
                json.dumps(row.configuracao, ensure_ascii=False),
            )
            for row in rows
        ]
        console.print(session.table(("id", "integration", "in_use", "settings"), cells))

    session.show({"integracoes": [row.model_dump() for row in rows]}, human)


@app.command("put")
def put_integration(
    context: typer.Context,
    tenant: Tenant,
    id: Row,
    name: Annotated[str | None, typer.Option("--name", help="nome da linha / the row's name")] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="liga ou desliga / on or off")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="chave=valor; vazio apaga / key=value; empty takes it away")
    ] = None,
    key: Annotated[bool, typer.Option("--api-key", help=f"a chave vem de {KEY} / the key comes from {KEY}")] = False,
    yes: Yes = False,
) -> None:
    """Muda uma integração; o que não se diz fica / change an integration; what is left out stays"""
    session, _ = entered(context, tenant)
    given: dict[str, Any] = {"nome": name, "ativo": active}
    changed = dict(_setting(session, each) for each in settings or ())
    if key:
        changed["api_key"] = os.environ.get(KEY, "").strip()
        if not changed["api_key"]:
            raise Usage(session.say("integrations.no_key"))
    if changed:
        given["configuracao"] = changed
    with _told(session):
        asked = MudancaDeIntegracao.model_validate(given)
        session.confirm(yes, "integrations.confirm", id=id, tenant=tenant)
        with quiet():
            row: Integracao = api_integrations.change(wiring.office_means(), tenant, id, asked, who())
    session.show(row.model_dump(), lambda console: console.print(session.say("integrations.saved")))


@app.command("test")
def test_integration(context: typer.Context, tenant: Tenant, id: Row) -> None:
    """Experimenta a chave de uma integração, sem escrever nada / try an integration's key, writing nothing"""
    session, _ = entered(context, tenant)
    with _told(session), quiet():
        found = api_integrations.tried(wiring.office_means(), tenant, id, session.lang)
    sentence = found.erro.mensagem if found.erro else session.say("integrations.ok", role=found.papel)
    session.show(found.model_dump(), lambda console: console.print(sentence, markup=False))
    raise typer.Exit(0 if found.ok else 1)


def _setting(session: Session, given: str) -> tuple[str, Any]:
    """A key of configuracao and its value: a number as a number, "" as null. Raises Usage for a secret."""
    name, sign, value = given.partition("=")
    if not sign or not name or masked({name: "secret-secret"})[name] != "secret-secret":
        raise Usage(session.say("integrations.bad_setting"))
    return name, int(value) if value.isascii() and value.isdigit() else value or None


@contextlib.contextmanager
def _told(session: Session) -> Iterator[None]:
    """A Problem of the REST API ends the command with its sentence and status 1."""
    try:
        yield
    except ValidationError as error:
        problem = of_validation([{"loc": ("body", *each["loc"]), "type": each["type"]} for each in error.errors()])
    except Problem as raised:
        problem = raised
    else:
        return
    sentence = problem.sentence(session.lang)
    tree = {"error": problem.code, "field": problem.field or None}
    session.show(tree, lambda console: console.print(sentence, markup=False))
    raise typer.Exit(1)
