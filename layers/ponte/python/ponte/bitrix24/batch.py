"""Up to fifty calls in one request: one token of the portal's rate instead of fifty. For reads only: a command that
failed is told beside the others, HTTP 200 all the same.

Source: bitrix24/b24restdocs, batch.md (read 2026-11).
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from ponte.bitrix24 import errors
from ponte.bitrix24.requests import RestCall
from ponte.bitrix24.tame import branch
from ponte.outcome import Outcome, Succeeded, Unknown

LIMIT = 50
TIMEOUT_SECONDS = 40.0  # the commands run one after the other; the portal itself ends a request after 60 s


def batch(calls: Sequence[RestCall]) -> RestCall:
    """calls: at most fifty, their parameters plain values. The answer is read by `outcomes`."""
    if not 0 < len(calls) <= LIMIT:
        raise ValueError("1 to 50 calls")
    commands = {f"c{n}": f"{call.method}?{urlencode(call.params)}" for n, call in enumerate(calls)}
    return RestCall("batch", {"halt": 0, "cmd": commands}, TIMEOUT_SECONDS)


def outcomes(result: Any, count: int) -> list[Outcome]:
    """One outcome per command, in the order given; `result` of the answer. Succeeded.result is {"result": ...}.

    Unknown("no_result"): told neither as done nor as failed; asking again is harmless.
    """
    done, failed = branch(result, "result"), branch(result, "result_error")
    return [_outcome(branch(done, f"c{n}"), branch(failed, f"c{n}")) for n in range(count)]


def _outcome(value: Any, error: Any) -> Outcome:
    if error is not None:
        return errors.classify_command(error)
    return Unknown("no_result") if value is None else Succeeded({"result": value})
