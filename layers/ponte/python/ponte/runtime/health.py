"""GET /health: whether what the bridge stands on answers. 200 ok, 503 degraded."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ponte.clock import Clock
from ponte.runtime.answers import LambdaAnswer, as_json

type Check = Callable[[], None]


def answer(checks: Mapping[str, Check], clock: Clock, log: Callable[[str, str], None]) -> LambdaAnswer:
    """Body {"status": "ok"|"degraded", "timestamp": ISO 8601 UTC, "dependencies": {name: "ok"|"down"}}.

    A check raises when its dependency is down; why is only logged by type, the answer is public.
    """
    states: dict[str, str] = {}
    for name, check in checks.items():
        try:
            check()
            states[name] = "ok"
        except Exception as error:  # whatever it is, it means "down" to whoever watches
            states[name] = "down"
            log(name, type(error).__name__)
    healthy = all(state == "ok" for state in states.values())
    moment = dt.datetime.fromtimestamp(clock.now_ms() / 1000, dt.UTC).isoformat(timespec="milliseconds")
    body: dict[str, Any] = {
        "status": "ok" if healthy else "degraded",
        "timestamp": moment.replace("+00:00", "Z"),
        "dependencies": states,
    }
    return as_json(200 if healthy else 503, body)
