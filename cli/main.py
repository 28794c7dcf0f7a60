"""The command `ponte`: exit status 0 all right, 1 problems found or nothing could be done, 2 wrong usage."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli import (
    audit,
    backfill,
    conflicts,
    dead_letters,
    directory,
    erase,
    integrations,
    offices,
    parked,
    people,
    risks,
    suggestions,
    templates,
)
from cli.accounts import accounts
from cli.doctor.command import doctor
from cli.heal import heal
from cli.place import DEFAULT_SANDBOX, NotReachable
from cli.replay import replay
from cli.session import Session, Usage
from cli.trace import trace
from cli.words import LANGUAGES
from ponte.errors import Misconfigured

VALUED = ("--stack", "--region", "--sandbox", "--lang")
HELP = (
    "Ponte: WhatsApp e Bitrix24, cada mensagem com o seu destino conhecido / every message accounted for.\n\n"
    "As opções daqui valem em qualquer posição / these options may stand anywhere: ponte doctor --sandbox --json"
)

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, help=HELP
)


@app.callback()
def options(
    context: typer.Context,
    stack: Annotated[str, typer.Option(help="pilha implantada, p. ex. ponte-dev / a deployed stack")] = "",
    region: Annotated[str, typer.Option(help="região da pilha / the stack's region")] = "",
    sandbox: Annotated[
        str, typer.Option(metavar="[PASTA]", help=f"sandbox ativo; sem pasta / without a folder: {DEFAULT_SANDBOX}")
    ] = "",
    lang: Annotated[str, typer.Option(help="pt-BR | en")] = LANGUAGES[0],
    as_json: Annotated[bool, typer.Option("--json", help="resposta em JSON / answer in JSON")] = False,
) -> None:
    context.obj = Session(stack=stack, region=region, sandbox=sandbox, lang=lang, as_json=as_json)
    context.obj.check()


app.command("doctor")(doctor)
app.command("heal")(heal)
app.command("trace")(trace)
app.command("replay")(replay)
app.command("accounts")(accounts)
app.add_typer(parked.app, name="parked")
app.add_typer(dead_letters.app, name="dlq")
app.add_typer(risks.app, name="risks")
app.add_typer(directory.app, name="numbers")
app.add_typer(directory.portals_app, name="portals")
offices.app.command("verify")(backfill.verify)
offices.app.add_typer(conflicts.app)
offices.app.add_typer(erase.app)
app.add_typer(offices.app, name="offices")
app.add_typer(integrations.app, name="integrations")
app.add_typer(backfill.app, name="backfill")
app.add_typer(people.app, name="people")
app.add_typer(audit.app, name="audit")
app.add_typer(suggestions.app, name="suggestions")
app.add_typer(templates.app, name="templates")


def arranged(arguments: Sequence[str]) -> list[str]:
    """The options of all commands moved to the front, so that they may stand anywhere; what follows "--" stays.

    --sandbox takes a folder only from what looks like one (a slash in it, or a dot first), since `--sandbox doctor`
    means the default one; any other name goes with "=".
    """
    front: list[str] = []
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        each = queue.pop(0)
        name = each.partition("=")[0]
        if each == "--":
            rest += [each, *queue]
            break
        if each == "--json" or ("=" in each and name in VALUED):
            front.append(each)
        elif each == "--sandbox":
            folder = queue.pop(0) if queue and _is_folder(queue[0]) else DEFAULT_SANDBOX
            front.append(f"--sandbox={folder}")
        elif each in VALUED:
            front += [each, *([queue.pop(0)] if queue else [])]
        else:
            rest.append(each)
    return front + rest


def _is_folder(word: str) -> bool:
    return not word.startswith("-") and (os.sep in word or word.startswith("."))


def run(arguments: Sequence[str]) -> int:
    """The exit status of one command; what goes wrong on AWS's side ends as a sentence, not as a traceback."""
    given = arranged(arguments)
    lang = next((word.partition("=")[2] for word in given if word.startswith("--lang=")), "")
    lang = lang or (given[given.index("--lang") + 1] if "--lang" in given[:-1] else "")
    session = Session(lang=lang if lang in LANGUAGES else LANGUAGES[0], as_json="--json" in given)
    try:
        app(given, prog_name="ponte")
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 1
    except Usage as error:
        return _failed(session, "usage", str(error), status=2)
    except NotReachable as error:
        return _failed(session, error.key, session.say(error.key, **error.values))
    except Misconfigured as error:
        return _failed(session, "cli.misconfigured", session.say("cli.misconfigured", code=error.code))
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "")) or "ClientError"
        return _failed(session, "cli.aws_refused", session.say("cli.aws_refused", code=code))
    except BotoCoreError as error:
        return _failed(session, "cli.aws_refused", session.say("cli.aws_refused", code=type(error).__name__))
    return 0


def _failed(session: Session, key: str, sentence: str, status: int = 1) -> int:
    error = {"error": key.rpartition(".")[2], "sentence": sentence}
    session.show(error, lambda _: typer.echo(sentence, err=True))
    return status


def main() -> None:
    """The entry point."""
    sys.exit(run(sys.argv[1:]))
