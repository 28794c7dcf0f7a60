"""The emulator's own process: ministack, with the few shims that the sandbox needs around it.

Run by the interpreter of `.venv-sandbox` and never imported by the rest of the sandbox. It takes commands, one JSON
object a line, on standard input and answers each with one line on the standard output it was started with; what
ministack itself prints goes to standard error. When the input ends, because the sandbox is gone, so is this process.

    {"do": "halt"}    no event source is polled, every function process is dead and every invocation of it has returned
    {"do": "wipe"}    queues are empty and have forgotten what they deduplicated, tables hold nothing
    {"do": "resume"}  event sources are polled again
    {"do": "warm", "functions": [[name, qualifier], ...]}   one process of each is started, nothing is invoked

Shims, and what AWS does that ministack 1.5.33 does not:
  - a JSON body that is not UTF-8 reaches the function base64-encoded, so that its signature can be checked over the
    bytes that were sent; ministack would replace the bad bytes;
  - what a function writes to standard error is also appended to $SANDBOX_LOGS/<function>.log;
  - a layer is unpacked once and put on the path of each function process; ministack would unpack 2,500 files for every
    one of them, which is a quarter of its start;
  - a FIFO queue feeds several batches at once, never two with messages of one group; ministack waits for one batch to
    end, so that one slow provider would hold up every conversation. No queue feeds more than BATCHES_AT_ONCE.
"""

import contextlib
import contextvars
import hashlib
import io
import json
import os
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import apigateway, dynamodb, lambda_svc, sqs

HALT_SECONDS = 20.0  # a process that is being unpacked ends only once it is there: seconds, on a busy machine
LAST_WORD_SECONDS = 3.0
BATCHES_AT_ONCE = 3  # each is a function process; a laptop starts few of them quickly

_polling = threading.Lock()
_halted = threading.Event()
_body_is_binary: contextvars.ContextVar[bool] = contextvars.ContextVar("body_is_binary", default=False)


def _obeying_halt(poll: Callable[[], bool]) -> Callable[[], bool]:
    """A poll that takes nothing while halted; once `halt` holds the lock no poll is half-way through."""

    def guarded() -> bool:
        with _polling:
            return False if _halted.is_set() else poll()

    return guarded


def _read_stderr(worker: Any) -> None:
    stream = worker._proc.stderr
    path = Path(os.environ["SANDBOX_LOGS"]) / f"{worker.func_name}.log"
    with contextlib.suppress(ValueError, OSError), path.open("a", encoding="utf-8", buffering=1) as log:
        for line in stream:
            log.write(line)
            worker._stderr_queue.put(line.rstrip("\n"))


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_unpacking = threading.Lock()


def _linking(resolve: Callable[[Any], bytes | None]) -> Callable[[Any], bytes | None]:
    """Instead of a layer's zip one that holds a single .pth file, which puts the unpacked layer first on the path."""

    def linked(attachment: Any) -> bytes | None:
        content = resolve(attachment)
        if not content:
            return content
        folder = Path(os.environ["TMPDIR"]) / f"layer-{hashlib.sha256(content).hexdigest()[:20]}"
        with _unpacking:
            if not folder.exists():
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    archive.extractall(folder)
        line = f"import sys; sys.path.insert(0, {str(folder / 'python')!r})\n"
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as link:
            link.writestr(f"python/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages/layer.pth", line)
        return buffer.getvalue()

    return linked


def install_shims() -> None:
    lambda_svc._sqs_esm_concurrency = lambda *_: BATCHES_AT_ONCE
    lambda_svc._resolve_layer_zip = _linking(lambda_svc._resolve_layer_zip)
    for name in ("_poll_sqs", "_poll_kinesis", "_poll_dynamodb_streams"):
        setattr(lambda_svc, name, _obeying_halt(getattr(lambda_svc, name)))
    lambda_runtime.Worker._read_stderr = _read_stderr

    invoke, is_text = apigateway._invoke_lambda_proxy, apigateway._v2_request_body_is_text

    async def invoke_with_raw_body(*args: Any, **kwargs: Any) -> Any:
        _body_is_binary.set(not _is_utf8(args[6] or b""))  # integration, api, stage, path, method, headers, body
        return await invoke(*args, **kwargs)

    apigateway._invoke_lambda_proxy = invoke_with_raw_body
    apigateway._v2_request_body_is_text = lambda content_type: not _body_is_binary.get() and is_text(content_type)


def _kill_function_processes() -> None:
    with lambda_runtime._lock:
        workers = [worker for entries in lambda_runtime._workers.values() for worker in entries]
    for worker in workers:
        process = worker._proc
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()


def _close_inputs() -> None:
    """What was not yet written to a dead process is dropped without a traceback in the log."""
    with lambda_runtime._lock:
        processes = [worker._proc for entries in lambda_runtime._workers.values() for worker in entries]
    for process in processes:
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                process.stdin.close()


def halt() -> bool:
    """Whether everything stood still within HALT_SECONDS."""
    with _polling:
        _halted.set()
    deadline = time.monotonic() + HALT_SECONDS
    while time.monotonic() < deadline:
        _kill_function_processes()
        if not lambda_svc._esm_inflight and not lambda_runtime.workers_in_use():
            _close_inputs()
            lambda_runtime.reset()
            return True
        time.sleep(0.005)
    return False


def wipe() -> bool:
    with sqs._queues_lock:
        for queue in sqs._queues._data.values():
            queue["messages"] = []
            queue["dedup_cache"] = {}
    for table in dynamodb._tables._data.values():
        for pk, items in list(table["items"].items()):
            for sk in list(items):
                dynamodb._remove_item(table, pk, sk)
    dynamodb._txn_idempotency._data.clear()
    return True


def resume() -> bool:
    lambda_svc._esm_backoff_until._data.clear()
    _halted.clear()
    lambda_svc._esm_wake.set()
    return True


def warm(functions: list[list[str | None]]) -> bool:
    set_request_account_id(os.environ["MINISTACK_ACCOUNT_ID"])
    set_request_region(os.environ["MINISTACK_REGION"])
    for name, qualifier in functions:
        if _halted.is_set():  # what would start now would be killed, and keep `halt` waiting
            return False
        record, config = lambda_svc._get_func_record_for_qualifier(name, qualifier)
        if record is None:
            continue
        version = config.get("Version", "$LATEST")
        worker, _ = lambda_runtime.acquire_worker(name, config, record["code_zip"], qualifier=version)
        try:
            lambda_runtime.ensure_spawned(worker)
        finally:
            lambda_runtime.release_worker(worker)
    return True


def _warm_quietly(functions: list[list[str | None]]) -> None:
    """A halt may kill the very processes that are being started; the next invocation starts its own."""
    with contextlib.suppress(RuntimeError, OSError, ValueError):
        warm(functions)


def _obey(command: dict[str, Any]) -> bool:
    match command["do"]:
        case "halt":
            return halt()
        case "wipe":
            return wipe()
        case "resume":
            return resume()
        case "warm":
            threading.Thread(target=_warm_quietly, args=(command["functions"],), daemon=True).start()
            return True
    return False


def _serve(answers: Any) -> None:
    for line in sys.stdin:
        try:
            answer = {"ok": _obey(json.loads(line))}
        except Exception as error:  # the class is enough to find it, its text could hold a payload
            answer = {"ok": False, "error": type(error).__name__}  # type: ignore[dict-item]
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_WORD_SECONDS)
    os._exit(1)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    install_shims()
    threading.Thread(target=_serve, args=(answers,), daemon=True).start()
    app.main()


if __name__ == "__main__":
    main()
