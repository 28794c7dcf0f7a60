"""Asks everything that the checks judge, through the composition root: the functions' own clients, tokens, egress.

One failure never ends the examination: what could not be asked is a Failed in its place.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor.circuits import CircuitProbe
from cli.doctor.diagnosis import Examination
from cli.doctor.findings import Failed
from cli.doctor.meta import AccountProbe, NumberProbe
from cli.doctor.office import OfficeProbe, RefusedProbe, probed
from cli.doctor.portal import LineProbe, PortalProbe
from cli.doctor.queues import QueueProbe
from cli.doctor.stack import Reply, Verification
from cli.place import Place, QueuePair
from ponte.bitrix24 import setup
from ponte.bitrix24.requests import RestCall
from ponte.errors import PonteError
from ponte.mappings import Portal
from ponte.outcome import Blocked, Outcome, Succeeded, Unknown
from ponte.runtime import wiring
from ponte.runtime.observability import NAMESPACE
from ponte.runtime.perform import Means
from ponte.storage import keys
from ponte.storage.secrets import AppSecrets
from ponte.whatsapp import requests as whatsapp

CALL_SECONDS = 10.0
REFUSED = {"zattar": "secret_mismatch", "chatwoot": "signature_mismatch"}  # door -> the word of its outcome lines
TEMPLATE_PAGES = 3  # of a hundred: enough to see whether an unverified business is at its end
WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


def attempt[T](ask: Callable[[], T]) -> T | Failed:
    """What `ask` gives, or why AWS or our settings did not let it. Providers' refusals are outcomes, not failures."""
    try:
        return ask()
    except ClientError as error:
        return Failed(str(error.response.get("Error", {}).get("Code") or "ClientError"))
    except BotoCoreError as error:
        return Failed(type(error).__name__)
    except PonteError as error:
        return Failed(error.code)


class Examiner:
    """clients: makes boto3 clients for the occupied place. web: for our own public address alone, no provider's."""

    def __init__(self, place: Place, clients: Callable[[str], Any], web: httpx.Client) -> None:
        self._place = place
        self._clients = clients
        self._web = web
        self._settings = wiring.settings()

    def examine(self, tell: Callable[[str], None]) -> Examination:
        """tell: is told the key of what is being asked, for whoever waits."""
        tell("doctor.stack.resources")
        resources, bridges = self._resources(), self._place.bridges()
        is_customer = "customer" in bridges
        secret = attempt(lambda: wiring.secrets().read())
        means = attempt(wiring.means)
        tell("doctor.meta.token")
        token = "" if isinstance(secret, Failed) or not is_customer else secret.access_token
        numbers = self._numbers(means, token)
        accounts = self._accounts(means, token, numbers)
        tell("doctor.meta.verification")
        verification = (
            self._verification(secret) if is_customer and not isinstance(secret, Failed) else Failed("app_secret")
        )
        mismatches = self.refused_lately("meta_webhook", "signature_mismatch")
        tell("doctor.portals")
        portals = self._portals(means)
        tell("doctor.office.offices")
        offices = self._offices() if "office" in bridges else ()
        tell("doctor.queue.dead")
        return Examination(
            bridges=bridges,
            base_url=self._settings.public_base_url,
            connector_id=self._settings.connector_id,
            resources=resources,
            secret=secret,
            numbers=numbers,
            accounts=accounts,
            verification=verification,
            mismatches=mismatches,
            portals=portals,
            queues=tuple(self.queue(pair) for pair in self._place.queues()),
            parked=means if isinstance(means, Failed) else attempt(lambda: len(means.ledger.parked())),
            spilled=attempt(lambda: sum(1 for _ in wiring.store().keys("spill/"))),
            circuits=self._circuits(means, numbers, portals),
            offices=offices,
            refused=tuple(
                RefusedProbe(door, self.refused_lately(f"{door}_webhook", result)) for door, result in REFUSED.items()
            ),
        )

    # -- our side -----------------------------------------------------------------------------------------------------

    def _resources(self) -> dict[str, str]:
        s = self._settings
        tables = {name: getattr(s, name) for name in ("core_table", "message_table", "audit_table", "state_table")}
        urls = [url for pair in self._place.queues() for url in (pair.url, pair.dead_url) if url]
        asks: dict[str, Callable[[], Any]] = {
            name: partial(self._clients("dynamodb").describe_table, TableName=table) for name, table in tables.items()
        }
        asks |= {url.rsplit("/", 1)[-1]: partial(self._counts, url, WAITING[:1]) for url in urls}
        asks["store_bucket"] = lambda: self._clients("s3").head_bucket(Bucket=s.store_bucket)
        asks["data_key"] = lambda: self._clients("kms").describe_key(KeyId=s.data_key_arn)
        asks["app_secret"] = lambda: self._clients("secretsmanager").describe_secret(SecretId=s.app_secret_arn)
        states = {name: attempt(ask) for name, ask in asks.items()}
        return {name: state.code if isinstance(state, Failed) else "" for name, state in states.items()}

    def _counts(self, url: str, names: tuple[str, ...]) -> int:
        answer = self._clients("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(names))
        return sum(int(answer["Attributes"].get(name, 0)) for name in names)

    def queue(self, pair: QueuePair) -> QueueProbe:
        waiting = attempt(lambda: self._counts(pair.url, WAITING))
        dead = attempt(lambda: self._counts(pair.dead_url, WAITING)) if pair.dead_url else 0
        oldest = self._metric(
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": pair.url.rsplit("/", 1)[-1]},
            minutes=15,
            period=300,
            statistic="Maximum",
        )
        return QueueProbe(pair.name, dead, waiting, oldest)

    def refused_lately(self, flow: str, result: str) -> int | Failed | None:
        """Webhooks of the last hour that a door refused, as its outcome lines count them."""
        dimensions = {"flow": flow, "result": result}
        return self._metric(NAMESPACE, "events", dimensions, minutes=60, period=3600, statistic="Sum")

    def _metric(
        self, namespace: str, name: str, dimensions: dict[str, str], *, minutes: int, period: int, statistic: str
    ) -> int | Failed | None:
        """The newest value (the sum of all, for Sum); 0 where nothing was counted; None in a sandbox: nobody counts."""
        if self._place.is_sandbox:
            return None

        def ask() -> int:
            now = dt.datetime.now(dt.UTC)
            answer = self._clients("cloudwatch").get_metric_statistics(
                Namespace=namespace,
                MetricName=name,
                Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
                StartTime=now - dt.timedelta(minutes=minutes),
                EndTime=now,
                Period=period,
                Statistics=[statistic],
            )
            points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
            values = [point[statistic] for point in points]
            return int(sum(values) if statistic == "Sum" else (values or [0])[-1])

        return attempt(ask)

    def _verification(self, secret: AppSecrets) -> Verification | Failed:
        if not self._settings.public_base_url or not secret.verify_tokens:
            return Failed("missing_setting")
        url = f"{self._settings.public_base_url}/webhooks/meta"
        challenge = str(uuid.uuid4().int)
        right = self._ask_webhook(url, secret.verify_tokens[0], challenge)
        return Verification(url, challenge, right, self._ask_webhook(url, f"wrong-{uuid.uuid4().hex}", challenge))

    def _ask_webhook(self, url: str, verify_token: str, challenge: str) -> Reply | Failed:
        query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
        try:
            answer = self._web.get(url, params=query)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Failed(type(error).__name__)
        return Reply(answer.status_code, answer.headers.get("content-type", ""), answer.text[:200])

    def _circuits(
        self,
        means: Means | Failed,
        numbers: tuple[NumberProbe, ...] | Failed,
        portals: tuple[PortalProbe, ...] | Failed,
    ) -> tuple[CircuitProbe, ...]:
        if isinstance(means, Failed):
            return ()
        look, now = means.buckets.circuits.look, means.clock.now_ms()
        of_numbers = () if isinstance(numbers, Failed) else numbers
        of_portals = () if isinstance(portals, Failed) else portals
        return (
            *(
                CircuitProbe("meta.circuit", each.about, attempt(partial(look, key)), now)
                for each in of_numbers
                for key in [keys.bucket("wa", each.number.phone_number_id)]
            ),
            *(
                CircuitProbe("portal.circuit", each.portal.domain, attempt(partial(look, key)), now)
                for each in of_portals
                for key in [keys.bucket("b24", each.portal.member_id)]
            ),
        )

    # -- offices ------------------------------------------------------------------------------------------------------

    def _offices(self) -> tuple[OfficeProbe | Failed, ...] | Failed:
        tenants = attempt(lambda: wiring.offices().tenants())
        if isinstance(tenants, Failed):
            return tenants

        def ask(tenant: str) -> OfficeProbe:
            return probed(tenant, wiring.offices().read(tenant))

        return tuple(attempt(partial(ask, tenant)) for tenant in tenants)

    # -- Meta ---------------------------------------------------------------------------------------------------------

    def _numbers(self, means: Means | Failed, token: str) -> tuple[NumberProbe, ...] | Failed:
        if isinstance(means, Failed):
            return means
        numbers = attempt(means.directory.numbers)
        if isinstance(numbers, Failed):
            return numbers
        if not token:  # the secret's own finding says why
            return tuple(NumberProbe(number, Unknown("app_secret")) for number in numbers)
        version = means.graph_version
        return tuple(
            NumberProbe(
                number, means.meta.call(whatsapp.number_info(number.phone_number_id, version, token), CALL_SECONDS)
            )
            for number in numbers
        )

    def _accounts(
        self, means: Means | Failed, token: str, numbers: tuple[NumberProbe, ...] | Failed
    ) -> tuple[AccountProbe, ...]:
        if isinstance(means, Failed) or isinstance(numbers, Failed) or not token:
            return ()
        ids = dict.fromkeys(probe.number.waba_id for probe in numbers if probe.number.waba_id)
        return tuple(self._account(means, token, waba_id) for waba_id in ids)

    def _account(self, means: Means, token: str, waba_id: str) -> AccountProbe:
        version = means.graph_version
        subscribed = means.meta.call(whatsapp.subscribed_apps(waba_id, version, token), CALL_SECONDS)
        first: Outcome | None = None
        read, after = 0, ""
        for _ in range(TEMPLATE_PAGES):
            page = means.meta.call(whatsapp.templates(waba_id, version, token, after), CALL_SECONDS)
            first = first or page
            if not isinstance(page, Succeeded):
                break
            found, paging = page.result.get("data"), page.result.get("paging")
            read += len(found) if isinstance(found, list) else 0
            paging = paging if isinstance(paging, dict) else {}
            cursors = paging.get("cursors")
            after = str(cursors.get("after") or "") if isinstance(cursors, dict) and paging.get("next") else ""
            if not after:
                break
        return AccountProbe(waba_id, subscribed, first or Blocked("not_asked"), read, more=bool(after))

    # -- Bitrix24 -----------------------------------------------------------------------------------------------------

    def _portals(self, means: Means | Failed) -> tuple[PortalProbe, ...] | Failed:
        if isinstance(means, Failed):
            return means
        return attempt(lambda: tuple(self._portal(means, portal) for portal in means.directory.portals()))

    def _portal(self, means: Means, portal: Portal) -> PortalProbe:
        lines = means.directory.lines(portal.member_id)
        numbers = [means.directory.number(line.phone_number_id) if line.phone_number_id else None for line in lines]

        def ask(call: RestCall) -> Outcome:
            return means.portals.call(portal, call, CALL_SECONDS)

        app_info = ask(setup.app_info()) if portal.status == "active" else Blocked(f"portal_{portal.status}")
        if not isinstance(app_info, Succeeded):
            unasked = tuple(LineProbe(line, number, app_info) for line, number in zip(lines, numbers, strict=True))
            return PortalProbe(portal, app_info, lines=unasked)
        return PortalProbe(
            portal,
            app_info,
            scope=ask(RestCall("scope")),
            connectors=ask(RestCall("imconnector.list")),
            events=ask(setup.event_get()),
            lines=tuple(
                LineProbe(line, number, ask(setup.status(line.connector, line.line)))
                for line, number in zip(lines, numbers, strict=True)
            ),
        )
