"""Meta's side: the access token, each number, each WhatsApp Business account."""

from collections.abc import Sequence
from dataclasses import dataclass

from cli.doctor.findings import Failed, Finding, ok, problem, refused, unasked, unchecked
from ponte.mappings import Number
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded
from ponte.texts.masks import masked

# The sentences of the shared catalogue speak to an operator whose message was refused; these to an administrator.
_KNOWN = {
    **dict.fromkeys(("0", "190"), "doctor.meta.token.invalid"),
    **dict.fromkeys(("3", "10", "200", "131005"), "doctor.meta.token.permission"),
    **dict.fromkeys(("33", "100"), "doctor.meta.number.unseen"),
}
_TOKEN_CODES = frozenset(code for code, key in _KNOWN.items() if key.startswith("doctor.meta.token"))
TEMPLATES_UNVERIFIED = 250  # of a business that Meta has not verified; 6,000 of one that it has


@dataclass(frozen=True, slots=True)
class NumberProbe:
    """info: of requests.number_info."""

    number: Number
    info: Outcome

    @property
    def about(self) -> str:
        return f"{self.number.phone_number_id} ({masked(self.number.display_phone_number, head=3)})"


@dataclass(frozen=True, slots=True)
class AccountProbe:
    """subscribed: of requests.subscribed_apps. templates: of the first page; more: whether others follow the `read`."""

    waba_id: str
    subscribed: Outcome
    templates: Outcome
    read: int = 0
    more: bool = False


def token(numbers: Sequence[NumberProbe] | Failed) -> Finding:
    """One answer about any number proves the token; a refusal that names the token condemns it."""
    check = "meta.token"
    if isinstance(numbers, Failed):
        return unasked(check, numbers)
    if not numbers:
        return unchecked(check, "doctor.meta.no_number")
    outcomes = [probe.info for probe in numbers]
    for outcome in outcomes:
        if isinstance(outcome, Blocked | Rejected) and outcome.code in _TOKEN_CODES:
            return problem(check, _KNOWN[outcome.code], code=outcome.code)
    if any(isinstance(outcome, Succeeded | Rejected) for outcome in outcomes):
        return ok(check)
    return refused(check, outcomes[0], "", "whatsapp", _KNOWN) or ok(check)


def numbers_known(numbers: Sequence[NumberProbe] | Failed) -> Finding:
    """Without a number in our own list every customer's message would be parked."""
    if isinstance(numbers, Failed):
        return unasked("meta.numbers", numbers)
    if not numbers:
        return problem("meta.numbers", "doctor.meta.no_number")
    return ok("meta.numbers", key="doctor.meta.numbers.ok", count=str(len(numbers)))


def number(probe: NumberProbe) -> Finding:
    """Registered with the Cloud API, connected, and not about to be restricted."""
    check, about = "meta.number", probe.about
    if isinstance(probe.info, Blocked | Rejected) and probe.info.code in _TOKEN_CODES:
        return unchecked(check, "doctor.meta.number.token", about)
    if finding := refused(check, probe.info, about, "whatsapp", _KNOWN):
        return finding
    info = probe.info.result if isinstance(probe.info, Succeeded) else {}
    platform, status = str(info.get("platform_type") or "CLOUD_API"), str(info.get("status") or "CONNECTED")
    quality = str(info.get("quality_rating") or "UNKNOWN")
    if platform != "CLOUD_API":
        return problem(check, "doctor.meta.number.unregistered", about, platform=platform)
    if status != "CONNECTED":
        return problem(check, "doctor.meta.number.status", about, status=status)
    if quality == "RED":
        return problem(check, "doctor.meta.number.quality", about)
    return ok(check, about, "doctor.meta.number.ok", quality=quality)


def subscription(probe: AccountProbe) -> Finding:
    """Without a subscribed app Meta sends no webhook at all."""
    check = "meta.subscription"
    if finding := _refused(check, probe.subscribed, probe.waba_id):
        return finding
    apps = probe.subscribed.result.get("data") if isinstance(probe.subscribed, Succeeded) else None
    if not apps:
        return problem(check, "doctor.meta.subscription.missing", probe.waba_id, waba_id=probe.waba_id)
    return ok(check, probe.waba_id)


def templates(probe: AccountProbe) -> Finding:
    """Readable, and below the number at which Meta takes no more from an unverified business."""
    check = "meta.templates"
    if finding := _refused(check, probe.templates, probe.waba_id):
        return finding
    count = f"{probe.read}+" if probe.more else str(probe.read)
    if probe.read >= TEMPLATES_UNVERIFIED:
        return unchecked(check, "doctor.meta.templates.many", probe.waba_id, count=count)
    return ok(check, probe.waba_id, "doctor.meta.templates.ok", count=count)


def _refused(check: str, outcome: Outcome, waba_id: str) -> Finding | None:
    if isinstance(outcome, Blocked | Rejected) and outcome.code in {"0", "190"}:
        return unchecked(check, "doctor.meta.number.token", waba_id)
    known = _KNOWN | dict.fromkeys(("33", "100"), "doctor.meta.account_unseen")
    return refused(check, outcome, waba_id, "whatsapp", known)
