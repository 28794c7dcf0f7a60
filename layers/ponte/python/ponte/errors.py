"""What can go wrong, by whose fault it is and what happens next.

PonteError
 +-- SignatureMismatch   not from whom it claims: 401/403, nothing kept but a count
 +-- MalformedEvent      authentic, but not of a shape we know: counted, answered 200 (a repeat brings the same bytes)
 +-- BadRequest          an unauthenticated body that breaks a stated limit: 4xx
 +-- HostRefused         an address outside the allow-list: never called
 +-- NotSent             certainly nothing reached the other side: safe to try again
 +-- FateUnknown         the request went out, no answer came: probe before trying again
 +-- Misconfigured       our secret, permission or setting: fails loudly, the message is kept
 +-- Contended           others wrote the same at the same moment, again and again: comes back in a moment

BUGS are what only our own code can be at fault for, whatever an event holds; services that fail raise none of them.
"""


class PonteError(Exception):
    """Base of our own errors. `code` is stable and safe to log; it never holds personal data."""

    code = "error"

    def __init__(self, code: str | None = None) -> None:
        super().__init__(code or self.code)
        if code:
            self.code = code


class SignatureMismatch(PonteError):
    code = "signature_mismatch"


class MalformedEvent(PonteError):
    """path: where the shape broke, e.g. "entry[0].changes"; keys and indexes only, never values."""

    code = "malformed_event"

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class BadRequest(PonteError):
    """status: what to answer (400, 413, 415, 431)."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.status = status


class HostRefused(PonteError):
    code = "host_refused"


class NotSent(PonteError):
    code = "not_connected"


class FateUnknown(PonteError):
    code = "fate_unknown"


class Misconfigured(PonteError):
    code = "misconfigured"


class Contended(PonteError):
    code = "contended"


BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
    MalformedEvent,
)
