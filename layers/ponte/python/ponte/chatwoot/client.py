"""The only I/O towards Chatwoot: sends what the builders made, gives what `errors` made of the answer."""

from ponte.chatwoot import errors
from ponte.chatwoot.calls import Account, ApiCall
from ponte.exchange import exchange
from ponte.http import Sender
from ponte.outcome import Outcome, Unknown


class ChatwootClient:
    """Keeps no token: the account comes with each call. send: of runtime/tenant_hosts.py, for the account's host."""

    def __init__(self, send: Sender) -> None:
        self._send = send

    def call(self, account: Account, call: ApiCall, timeout_seconds: float) -> Outcome:
        """One call. timeout_seconds caps the call's own."""
        request = call.request(account)
        outcome = exchange(self._send, request, timeout_seconds, lambda answer: errors.classify(answer, call))
        return errors.lost(outcome.code, call) if isinstance(outcome, Unknown) else outcome
