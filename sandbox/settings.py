"""Where one sandbox lives: ports, folders, overrides. Read once from the environment by `__main__`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
REGION = "sa-east-1"
ACCOUNT = "123456789012"

_OFFSETS = ("gateway", "control", "playground", "meta", "bitrix24", "oauth", "egress", "emulator", "supabase")


class SettingsError(Exception):
    """A setting has no usable value; the text names it, in Portuguese."""


@dataclass(frozen=True, slots=True)
class Settings:
    """first_port: the gateway's; the eight after it belong to this sandbox as well. folder: everything it writes.

    overrides: provider -> base URL of a server that takes the place of our fake. template: what is run; the folders it
    names stand beside it.
    """

    first_port: int
    folder: Path
    open_browser: bool
    overrides: Mapping[str, str]
    template: Path = ROOT / "template.yaml"

    def port(self, name: str) -> int:
        return self.first_port + _OFFSETS.index(name)

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.port(name)}"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def endpoints_file(self) -> Path:
        return self.folder / "endpoints.json"


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError when SANDBOX_PORT is no port."""
    port = environment.get("SANDBOX_PORT") or "8700"
    if not port.isascii() or not port.isdigit() or not 1024 <= int(port) <= 65535 - len(_OFFSETS):
        raise SettingsError(f"SANDBOX_PORT precisa ser um número entre 1024 e {65535 - len(_OFFSETS)}.")
    overrides = {
        name: environment[f"SANDBOX_{name.upper()}_URL"].rstrip("/")
        for name in ("meta", "bitrix24", "oauth", "chatwoot", "supabase")
        if environment.get(f"SANDBOX_{name.upper()}_URL")
    }
    return Settings(
        first_port=int(port),
        folder=Path(environment.get("SANDBOX_DIR") or ".sandbox").resolve(),
        open_browser=environment.get("NO_BROWSER", "") in ("", "0"),
        overrides=overrides,
    )
