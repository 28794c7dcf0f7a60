"""`ponte offices`: law offices, where their Zattar and Chatwoot answer; trying, subscribing, and syncing one person."""

import os
import re
import secrets
from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.session import Session, Usage, quiet, who
from ponte.chatwoot import setup
from ponte.outcome import Outcome, Succeeded
from ponte.relays.zattar_to_chatwoot import identifier
from ponte.runtime import wiring
from ponte.runtime.integrations import CALL_SECONDS
from ponte.runtime.office_looks import look
from ponte.storage.offices import Office, Zattar
from ponte.zattar import answers, database_webhooks, hosts, requests
from ponte.zattar.values import Tipo

app = typer.Typer(no_args_is_help=True, help="Escritórios: Zattar e Chatwoot / law offices")
KEY = "PONTE_ZATTAR_KEY"
FALLBACK = ("api_url", "api_key", "account_id", "default_inbox_id")  # CHATWOOT_<NAME>
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Tenant = Annotated[str, typer.Argument(help="nome curto do escritório / the office's short name")]
Again = Annotated[bool, typer.Option("--again", help="recria o contato apagado / make a deleted contact anew")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]


@app.command("list")
def list_offices(context: typer.Context) -> None:
    """Lista os escritórios, sem segredos / list offices, without secrets"""
    session: Session = context.obj
    session.enter()
    with quiet():
        offices = wiring.offices()
        found = [office for tenant in offices.tenants() if (office := offices.read(tenant, fresh=True))]

    def human(console: Console) -> None:
        if not found:
            console.print(session.say("offices.none"))
            return
        cells = [
            (
                office.tenant,
                office.name,
                office.zattar.host,
                f"{office.chatwoot.host} / {office.chatwoot.account_id}" if office.chatwoot else "-",
            )
            for office in found
        ]
        console.print(session.table(("tenant", "name", "zattar", "chatwoot"), cells))

    session.show({"offices": [office_json(office) for office in found]}, human)


@app.command("put")
def put_office(
    context: typer.Context,
    tenant: Tenant,
    name: Annotated[str, typer.Option("--name", help="como as pessoas o chamam / as people call it")],
    zattar: Annotated[str, typer.Option("--zattar", help="projeto no Supabase, <ref>.supabase.co / Supabase project")],
    yes: Yes = False,
) -> None:
    """Cadastra um escritório ou corrige os dados; a chave vem de PONTE_ZATTAR_KEY / add an office or correct it"""
    session: Session = context.obj
    host = hosts.project_host(zattar)
    if not _TENANT.fullmatch(tenant):
        raise Usage(session.say("offices.bad_tenant"))
    if not host:
        raise Usage(session.say("offices.bad_host"))
    session.enter()
    with quiet():
        known = wiring.offices().read(tenant, fresh=True)
    key = os.environ.get(KEY, "").strip() or (known.zattar.key if known else "")
    if not key.isascii() or not key.isprintable() or len(key) < 20:
        raise Usage(session.say("offices.no_key", name=KEY))
    session.confirm(yes, "offices.confirm_change" if known else "offices.confirm_new", tenant=tenant, host=host)
    with quiet():
        wiring.office_means().audit.note(tenant, "office.put", who(), wiring.CLOCK.now_ms(), {"host": host})
        offices = wiring.offices()
        saved = offices.change(
            tenant, lambda now: replace(now, name=name, zattar=replace(now.zattar, host=host, key=key))
        ) or offices.put(Office(tenant, name, Zattar(host, key, (secrets.token_urlsafe(32),))))
    session.show(office_json(saved), lambda console: console.print(session.say("offices.saved", tenant=tenant)))


@app.command("sql")
def sql(context: typer.Context, tenant: Tenant) -> None:
    """Mostra o SQL que liga o banco do Zattar ao Ponte, com segredo / the SQL for Zattar's database, secret in it"""
    session, office = entered(context, tenant)
    url = f"{wiring.settings().public_base_url}/webhooks/zattar/{tenant}"
    script = f"{database_webhooks.install_script()}\n{database_webhooks.target(url, office.zattar.secrets[0])}"
    session.show({"sql": script}, lambda console: console.print(script, markup=False, highlight=False, soft_wrap=True))


@app.command("reload")
def reload(context: typer.Context, tenant: Tenant) -> None:
    """Lê de novo a integração com o Chatwoot na tabela integracoes / read the integration with Chatwoot anew"""
    session, _ = entered(context, tenant)
    with quiet():
        reloaded = wiring.office_means().integrations.reload(tenant, who())
    answer = {"state": reloaded.state, "lacks": list(reloaded.lacks)}
    sentence = session.say(f"offices.reload.{reloaded.state}", lacks=", ".join(reloaded.lacks))
    session.show(answer, lambda console: console.print(sentence))
    raise typer.Exit(0 if reloaded.state in ("changed", "unchanged", "fallback") else 1)


@app.command("fallback")
def fallback(context: typer.Context, tenant: Tenant, yes: Yes = False) -> None:
    """Usa CHATWOOT_* enquanto o Zattar não tem integração ativa / use CHATWOOT_* until Zattar has an integration"""
    session, _ = entered(context, tenant)
    given = {name: os.environ.get(f"CHATWOOT_{name.upper()}", "").strip() for name in FALLBACK}
    session.confirm(yes, "offices.confirm_fallback", tenant=tenant, url=given["api_url"])
    with quiet():
        done = wiring.office_means().integrations.fall_back(tenant, {k: v for k, v in given.items() if v}, who())
    state = "superseded" if done.state == "unchanged" else done.state
    lacks = ", ".join(f"CHATWOOT_{each.upper()}" for each in done.lacks)
    sentence = session.say(f"offices.fallback.{state}", lacks=lacks)
    session.show({"state": state, "lacks": list(done.lacks)}, lambda console: console.print(sentence))
    raise typer.Exit(0 if done.state == "fallback" else 1)


@app.command("test")
def test(context: typer.Context, tenant: Tenant) -> None:
    """Experimenta os dois lados sem escrever nada / try both sides, writing nothing"""
    session, office = entered(context, tenant)
    with quiet():
        calls = wiring.office_means().calls
        counted = calls.zattar(tenant, requests.count_people(Tipo.CLIENTE), CALL_SECONDS)
        profile = calls.chatwoot(tenant, setup.profile(), CALL_SECONDS)
    clients = answers.total(counted.result) if isinstance(counted, Succeeded) else None
    found = setup.profile_of(profile.result) if isinstance(profile, Succeeded) else None
    role = found.role_in(office.chatwoot.account_id) if found and office.chatwoot else ""
    tree = {
        "zattar": {"ok": clients is not None, "clients": clients, "why": _why(counted)},
        "chatwoot": {"ok": bool(role), "role": role or None, "why": _why(profile)},
    }

    def human(console: Console) -> None:
        key = "offices.zattar_ok" if clients is not None else "offices.zattar_bad"
        console.print(session.say(key, count=clients, why=session.say_reason("zattar", _why(counted))))
        key = "offices.chatwoot_ok" if role else "offices.chatwoot_bad"
        console.print(session.say(key, role=role, why=session.say_reason("chatwoot", _why(profile) or "role_refused")))

    session.show(tree, human)
    raise typer.Exit(0 if clients is not None and role else 1)


@app.command("subscribe")
def subscribe(context: typer.Context, tenant: Tenant, yes: Yes = False) -> None:
    """Cria o webhook no Chatwoot e guarda a sua assinatura / create Chatwoot's webhook and keep what it signs with"""
    session, _ = entered(context, tenant)
    url = f"{wiring.settings().public_base_url}/webhooks/chatwoot/{tenant}"
    session.confirm(yes, "offices.confirm_subscribe", url=url)
    with quiet():
        outcome = wiring.office_means().integrations.subscribe(tenant, url, who())
    if not isinstance(outcome, Succeeded):
        session.show({"error": _why(outcome)}, lambda c: c.print(session.say_reason("chatwoot", _why(outcome))))
        raise typer.Exit(1)
    signed = bool(outcome.result["signed"])
    key = "offices.subscribed" if signed else "offices.subscribed_unsigned"
    session.show({"url": url, "signed": signed}, lambda console: console.print(session.say(key, url=url)))


@app.command("sync")
def sync(
    context: typer.Context,
    tenant: Tenant,
    tipo: Annotated[Tipo, typer.Argument(help="cliente, parte_contraria, terceiro")],
    entity_id: Annotated[int, typer.Argument(help="id no Zattar / id in Zattar", min=1)],
    again: Again = False,
) -> None:
    """Põe uma pessoa na fila para ser conferida dos dois lados / queue a person for a look at both sides"""
    session, _ = entered(context, tenant)
    now = wiring.CLOCK.now_ms()
    envelope = look(
        tenant, tipo, entity_id, str(now), now, insists=again, by=who()
    )  # each asking is an event of its own
    with quiet():
        wiring.queue("zattar_events_queue_url").send([envelope], fifo=True)
    tree = {"id": envelope.id, "person": identifier(tipo, entity_id)}
    session.show(tree, lambda console: console.print(session.say("offices.queued", id=envelope.source_id)))


def office_json(office: Office) -> dict[str, Any]:
    """No key, token or secret in it."""
    chatwoot = office.chatwoot
    return {
        "tenant": office.tenant,
        "name": office.name,
        "zattar": {"host": office.zattar.host, "secrets": len(office.zattar.secrets)},
        "chatwoot": chatwoot
        and {
            "host": chatwoot.host,
            "account_id": chatwoot.account_id,
            "inbox_id": chatwoot.inbox_id or None,
            "signed": bool(chatwoot.secrets),
        },
    }


def entered(context: typer.Context, tenant: str) -> tuple[Session, Office]:
    """Raises Usage for an office that is not there."""
    session: Session = context.obj
    session.enter()
    return session, known_office(session, tenant)


def known_office(session: Session, tenant: str) -> Office:
    """Raises Usage for one that is not there."""
    with quiet():
        office = wiring.offices().read(tenant, fresh=True) if _TENANT.fullmatch(tenant) else None
    if office is None:
        raise Usage(session.say("offices.unknown", tenant=tenant))
    return office


def _why(outcome: Outcome) -> str:
    return "" if isinstance(outcome, Succeeded) else str(getattr(outcome, "code", "default"))
