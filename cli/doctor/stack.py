"""Our own side: the stack's resources, its secret, its public address as Meta sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

from cli.doctor.findings import Failed, Finding, ok, problem, unasked, unchecked
from ponte.storage.secrets import AppSecrets

UNSET = "not-set-yet"


@dataclass(frozen=True, slots=True)
class Reply:
    """What our own address answered."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Verification:
    """GET /webhooks/meta as Meta does it: with our verify token and with a wrong one."""

    url: str
    challenge: str
    right: Reply | Failed
    wrong: Reply | Failed


def resources(states: Mapping[str, str]) -> Finding:
    """states: resource -> "" where it answered, else the service's error code."""
    bad = {name: code for name, code in states.items() if code}
    if not bad:
        return ok("stack.resources", key="doctor.stack.resources.ok", count=str(len(states)))
    what = ", ".join(f"{name} ({code})" for name, code in bad.items())
    denied = all("AccessDenied" in code or "NotAuthorized" in code for code in bad.values())
    key = "doctor.stack.resources.denied" if denied else "doctor.stack.resources.down"
    return problem("stack.resources", key, what=what)


def app_secret(secret: AppSecrets | Failed) -> Finding:
    """Whether all its parts are there and none is a placeholder or has blanks from copying; values are never shown."""
    check = "stack.app_secret"
    if isinstance(secret, Failed):
        key = "shape" if secret.code == "app_secret_shape" else "unreadable"
        return problem(check, f"doctor.stack.app_secret.{key}", code=secret.code)
    parts = {
        "meta.app_secrets": secret.app_secrets,
        "meta.verify_tokens": secret.verify_tokens,
        "meta.access_token": (secret.access_token,),
        "bitrix24.client_id": (secret.client_id,),
        "bitrix24.client_secret": (secret.client_secret,),
    }
    if missing := [name for name, given in parts.items() if not any(given) or UNSET in given]:
        return problem(check, "doctor.stack.app_secret.missing", what=", ".join(missing))
    if blank := [name for name, given in parts.items() if any(each != "".join(each.split()) for each in given)]:
        return problem(check, "doctor.stack.app_secret.blanks", what=", ".join(blank))
    return ok(check)


def verification(probe: Verification | Failed) -> Finding:
    """The right token gets the bare challenge as text/plain, a wrong one 403."""
    check = "meta.verification"
    if isinstance(probe, Failed):
        return unasked(check, probe)
    match probe.right, probe.wrong:
        case Failed(code), _:
            return problem(check, "doctor.meta.verification.unreachable", url=probe.url, code=code)
        case _, Failed(code):
            return unchecked(check, "doctor.no_answer", code=code)
        case Reply(status=403), _:
            return problem(check, "doctor.meta.verification.refused")
        case Reply(status=404), _:
            return problem(check, "doctor.meta.verification.missing", url=probe.url)
        case Reply(status=status), _ if status != 200:
            return problem(check, "doctor.meta.verification.broken", status=str(status))
        case Reply(body=body, content_type=kind), _ if body != probe.challenge or not kind.startswith("text/plain"):
            return problem(check, "doctor.meta.verification.altered", url=probe.url)
        case _, Reply(status=status) if status != 403:
            return problem(check, "doctor.meta.verification.open", status=str(status))
    return ok(check)


def signatures(mismatches: int | Failed | None) -> Finding:
    """mismatches: webhooks of the last hour whose signature was wrong; None where nobody counts them (a sandbox)."""
    check = "meta.signatures"
    if mismatches is None:
        return unchecked(check, "doctor.not_measured")
    if isinstance(mismatches, Failed):
        return unasked(check, mismatches)
    if mismatches:
        return problem(check, "doctor.meta.signatures.mismatch", count=str(mismatches))
    return ok(check)
