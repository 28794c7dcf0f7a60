"""`python -m sandbox`: the whole bundle on this machine, in the foreground, until SIGINT or SIGTERM."""

import json
import logging
import os
import re
import signal
import sys
import threading
import time
import webbrowser
from types import FrameType

from sandbox import deploy as deployment_of
from sandbox.deploy import DeployError, Deployment
from sandbox.emulator import Emulator, EmulatorError
from sandbox.faults import Faults
from sandbox.front import Front
from sandbox.journal import Journal
from sandbox.package import PackagingError
from sandbox.providers import Ports, Providers
from sandbox.settings import ACCOUNT, HOST, REGION, Settings, SettingsError, from_environment
from sandbox.stack import SandboxStack
from sandbox.translate import TemplateError
from sandbox.world import World

DEFAULT_SCENARIO = "default.json"
LOG = logging.getLogger("sandbox")


def main() -> int:
    """Returns the exit status: 0 after a signal, 1 when the sandbox could not start."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    try:
        settings = from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    settings.folder.mkdir(parents=True, exist_ok=True)
    settings.endpoints_file.unlink(missing_ok=True)
    settings.logs.mkdir(parents=True, exist_ok=True)
    _log_to(settings)
    return _run(settings, stop)


def _log_to(settings: Settings) -> None:
    """Our own events (starts, scenarios, ends) into sandbox.log; never what crosses the bridge."""
    handler = logging.FileHandler(settings.logs / "sandbox.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)


def _run(settings: Settings, stop: threading.Event) -> int:
    emulator = Emulator(settings)
    front = Front(HOST, settings.port("gateway"), (HOST, settings.port("emulator")))
    started: list[Front | Providers] = []
    begun = time.monotonic()
    try:
        print("Ponte: subindo a AWS emulada e as funções…", flush=True)
        front.start()
        started.append(front)
        emulator.start()
        deployed = deployment_of.deploy(settings, emulator)
        deployment_of.wait_for_functions(emulator, deployed)
        front.target(deployed.api_id, deployed.paths)
        providers = _providers(settings, SandboxStack(emulator, deployed, front))
        front.observe = lambda path, headers, body: (
            providers.observe_webhook(body, headers.get("x-hub-signature-256", ""))
            if path.startswith("/webhooks/meta")
            else None
        )
        providers.start()
        started.append(providers)
        scenario = settings.template.parent / "sandbox" / "scenarios" / DEFAULT_SCENARIO
        providers.put(json.loads(scenario.read_text(encoding="utf-8")), receipts="auto")
        _write_operator_file(settings, emulator, deployed)
        _write_endpoints(settings, providers)
        _announce(settings, time.monotonic() - begun)
        while not stop.wait(0.5):
            if not emulator.is_alive():
                print("A AWS emulada parou. Veja os logs em", settings.logs, file=sys.stderr)
                return 1
    except (DeployError, EmulatorError, PackagingError, TemplateError, OSError) as error:
        print(f"O sandbox não subiu: {error}", file=sys.stderr)
        return 1
    finally:
        LOG.info("stopping")
        settings.endpoints_file.unlink(missing_ok=True)
        for part in reversed(started):
            part.stop()
        emulator.stop()
    return 0


def _providers(settings: Settings, stack: SandboxStack) -> Providers:
    return Providers(
        world=World(),
        journal=Journal(),
        faults=Faults(),
        ports=Ports.after(settings.first_port),
        stack=stack,
        gateway_url=settings.url("gateway"),
        overrides=settings.overrides,
    )


def _write_endpoints(settings: Settings, providers: Providers) -> None:
    urls = providers.urls()
    names = ("control", "playground", "meta", "bitrix24", "oauth", "chatwoot", "supabase")
    named = {name: urls[name] for name in names}
    _write(settings, "endpoints.json", {"pid": os.getpid(), "gateway": settings.url("gateway"), **named})


def _write_operator_file(settings: Settings, emulator: Emulator, deployed: Deployment) -> None:
    """What `ponte --sandbox` needs: a function's environment, with the credential of the account's root."""
    function = emulator.client("lambda").get_function_configuration(FunctionName="heal_gaps")
    environment = dict(function["Environment"]["Variables"])
    queues = {_variable(name): url for name, url in deployed.queues().items()}
    environment |= {f"{name}_QUEUE_URL": url for name, url in queues.items()} | {
        "CORE_TABLE": deployed.physical("CoreTable"),
        "MESSAGE_TABLE": deployed.physical("MessageTable"),
        "AUDIT_TABLE": deployed.physical("AuditTable"),
        "STATE_TABLE": deployed.physical("StateTable"),
        "STORE_BUCKET": deployed.physical("StoreBucket"),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    dead = {name: url for name, url in deployed.of_type("AWS::SQS::Queue").items() if "DeadLetter" in name}
    _write(settings, "operator.json", {"environment": environment, "dead_letters": dead})


def _variable(queue: str) -> str:
    """WhatsappEventsQueue -> WHATSAPP_EVENTS, as the functions' settings begin."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", queue.removesuffix("Queue")).upper()


def _write(settings: Settings, name: str, tree: object) -> None:
    """In one go: whoever waits for the file never reads half of it."""
    draft = settings.folder / f".{name}.new"
    draft.write_text(json.dumps(tree, indent=2), encoding="utf-8")
    draft.replace(settings.folder / name)


def _announce(settings: Settings, seconds: float) -> None:
    LOG.info("ready after %.1f s", seconds)
    print(f"Pronto em {seconds:.0f} s. Abra {settings.url('playground')} e converse com a ponte.", flush=True)
    print(f"  webhooks  {settings.url('gateway')}", flush=True)
    print(f"  controle  {settings.url('control')}   logs  {settings.logs}", flush=True)
    print("Ctrl+C encerra tudo.", flush=True)
    if settings.open_browser:
        threading.Thread(target=webbrowser.open, args=(settings.url("playground"),), daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
