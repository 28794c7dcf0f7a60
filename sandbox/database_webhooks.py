"""Posts what an office's triggers called for, as pg_net does: after the write, once, in no promised order.

Nothing is repeated: a call that the gateway refuses or does not answer is gone. Scripted faults lose a call, delay it,
or let the next one overtake it.
"""

import contextlib
import heapq
import http.client
import itertools
import threading
import time
from dataclasses import dataclass, field

from sandbox import webhooks
from sandbox.faults import DEFAULT_DELAY_MS, Faults
from sandbox.webhooks import Webhook
from sandbox.world import World


@dataclass(order=True)
class _Due:
    at: float
    n: int
    generation: int = field(compare=False)
    webhook: Webhook = field(compare=False)
    overtaken: bool = field(compare=False, default=False)


class DatabaseWebhooks:
    """take() never blocks; a thread of its own posts. pending: calls that have not gone out yet, nor been lost."""

    def __init__(self, world: World, faults: Faults, gateway_url: str) -> None:
        self._world = world
        self._faults = faults
        self._gateway_url = gateway_url
        self._numbers = itertools.count()
        self._waiting: list[_Due] = []
        self._posting = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="database-webhooks", daemon=True)
        world.on_database_webhook = self.take

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def forget(self) -> None:
        """A new scenario: what the old one's tables called for is gone."""
        with self._changed:
            self._waiting.clear()

    @property
    def pending(self) -> int:
        with self._changed:
            return len(self._waiting) + self._posting

    def take(self, table: str, webhook: Webhook) -> None:
        fault = self._faults.take_webhook("supabase", table, webhook.body)
        if fault is not None and fault.kind == "webhook_lost":
            return
        delay_ms = 0
        if fault is not None:
            delay_ms = DEFAULT_DELAY_MS if fault.delay_ms is None else fault.delay_ms
        overtaken = fault is not None and fault.kind == "webhook_reordered"
        with self._changed:
            due = time.monotonic() + delay_ms / 1000
            call = _Due(due, next(self._numbers), self._world.generation, webhook, overtaken)
            heapq.heappush(self._waiting, call)
            self._changed.notify_all()

    def _run(self) -> None:
        while (call := self._next()) is not None:
            if self._world.is_current(call.generation):
                with contextlib.suppress(OSError, http.client.HTTPException):  # pg_net notes it and goes on
                    webhooks.post(self._gateway_url, call.webhook)
            with self._changed:
                self._posting -= 1
                if not call.overtaken:
                    self._let_go_overtaken(call.n)

    def _let_go_overtaken(self, n: int) -> None:
        """A later call went out: those it had to overtake follow at once."""
        for waiting in self._waiting:
            if waiting.overtaken and waiting.n < n:
                waiting.at = 0
        heapq.heapify(self._waiting)

    def _next(self) -> _Due | None:
        with self._changed:
            while not self._stopping:
                if not self._waiting:
                    self._changed.wait()
                elif (left := self._waiting[0].at - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    self._posting += 1
                    return heapq.heappop(self._waiting)
            return None
