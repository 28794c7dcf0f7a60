"""Puts the fakes, the egress gateway and the control API together and on their ports."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import observe
from sandbox.calls import Fake
from sandbox.chatwoot_posts import Deliveries
from sandbox.control import Control, Stack
from sandbox.database_webhooks import DatabaseWebhooks
from sandbox.egress import Egress
from sandbox.fakes.bitrix24 import FakeBitrix24
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.fakes.meta import FakeMeta
from sandbox.fakes.oauth import FakeOAuth
from sandbox.fakes.supabase import FakeSupabase
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.play import Play
from sandbox.server import HttpServer
from sandbox.world import World

PLAYGROUND = Path(__file__).parent / "playground"


@dataclass(frozen=True, slots=True)
class Ports:
    """0 takes a free port, as the providers of the office bridge always do: sandboxes stand eight ports apart."""

    control: int = 0
    playground: int = 0
    meta: int = 0
    bitrix24: int = 0
    oauth: int = 0
    egress: int = 0
    chatwoot: int = 0
    supabase: int = 0

    @classmethod
    def after(cls, first: int) -> "Ports":
        """first: the gateway's own port; ours follow it, with the emulated AWS among them (first + 7)."""
        return cls(first + 1, first + 2, first + 3, first + 4, first + 5, first + 6, supabase=first + 8)


class Providers:
    """start() listens on all ports; put() loads a scenario and makes /ready answer 200; stop() ends everything.

    gateway_url: where played webhooks go. overrides: provider -> base URL of the server in our fake's place.
    Raises OSError when a port is taken.
    """

    def __init__(
        self,
        *,
        world: World,
        journal: Journal,
        faults: Faults,
        ports: Ports,
        stack: Stack,
        gateway_url: str,
        overrides: Mapping[str, str] | None = None,
        playground: Path = PLAYGROUND,
    ) -> None:
        self._world = world
        world.events_url = f"{gateway_url}/webhooks/bitrix24/outbound"
        world.install_url = f"{gateway_url}/bitrix24/install"
        fakes: dict[str, Fake] = {
            "meta": FakeMeta(world),
            "bitrix24": FakeBitrix24(world),
            "oauth": FakeOAuth(world),
            "chatwoot": FakeChatwoot(world),
            "supabase": FakeSupabase(world),
        }
        self._egress = Egress(world, journal, faults, fakes, overrides or {})
        self._database_webhooks = DatabaseWebhooks(world, faults, gateway_url)
        self._play = Play(world, faults, gateway_url, stack.parked, stack.rewind)
        self.deliveries = Deliveries(world, gateway_url)
        self.control = Control(
            world=world,
            journal=journal,
            faults=faults,
            stack=stack,
            play=self._play,
            deliveries=self.deliveries,
            database_webhooks=self._database_webhooks,
            playground=playground,
        )
        self._servers = {
            "control": HttpServer("control", ports.control, self.control),
            "playground": HttpServer("playground", ports.playground, self.control),
            "egress": HttpServer("egress", ports.egress, self._egress.gateway),
        }
        for provider in fakes:
            self._servers[provider] = HttpServer(provider, getattr(ports, provider), self._egress.direct(provider))

    def start(self) -> None:
        self._play.start()
        self.deliveries.start()
        self._database_webhooks.start()
        for server in self._servers.values():
            server.start()

    def stop(self) -> None:
        for server in self._servers.values():
            server.stop()
        self._play.stop()
        self.deliveries.stop()
        self._database_webhooks.stop()

    def urls(self) -> dict[str, str]:
        """control, playground, egress and each provider's name -> base URL without a trailing slash."""
        return {name: server.url for name, server in self._servers.items()}

    def put(self, data: Any, *, receipts: str = "manual") -> None:
        """As PUT /scenario. receipts: "auto" lets the fake Meta post its statuses by itself."""
        self.control.put(data)
        self._world.receipts = receipts

    def observe_webhook(self, body: bytes, signature: str) -> None:
        """What passed POST /webhooks/meta at the front, whoever sent it: opens windows, moves ticks. Never raises."""
        observe.observe(self._world, body, signature)
