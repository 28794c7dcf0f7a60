"""Who acts in a history: customers, operators, somebody who forges, somebody who redrives. Each in a turn of their own.

Texts carry a word that names them ("c7", "o12w0 o12w1 ..."), so that screens can be read like a person reads them; some
texts are written twice, as people write "ok" twice.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from sandbox import php_forms, played_files, webhooks
from sandbox.memory.sqs import MemoryQueue
from sandbox.phones import Phone, PhoneMessage
from sandbox.portals import OPERATOR_ID, ImChat, ImMessage, PortalState
from sandbox.simulate.actors import Actors
from sandbox.simulate.attachments import Attachments
from sandbox.simulate.lambdas import Platform
from sandbox.simulate.providers import Posts, Said
from sandbox.simulate.scheduler import Scheduler
from sandbox.simulate.town import Friendship
from sandbox.simulate.weather import Weather
from sandbox.webhooks import Webhook
from sandbox.world import World

PATIENCE_MS = 600_000  # an operator looks for a new chat no longer than this
LONG_WORDS = 900
FORGED = "forjada"


class People(Actors):
    """said: customers' messages; answered: operators'."""

    def __init__(
        self,
        scheduler: Scheduler,
        rng: Random,
        world: World,
        posts: Posts,
        platform: Platform,
        weather: Weather,
        with_files: float,
    ) -> None:
        """with_files: the share of messages that carry some."""
        super().__init__(scheduler, rng)
        self._world = world
        self._posts = posts
        self._platform = platform
        self._weather = weather
        self._with_files = with_files
        self._attachments = Attachments(scheduler, rng, world)
        self._serial = 0
        self.said: list[Said] = []
        self.answered: list[Said] = []

    def customer(self, friend: Friendship) -> None:
        """First messages often come in a burst, at the same time; later ones one after the other, or nearly so."""
        rng = self._rng
        number = friend.phone_number_id
        phone = self._phone(friend)
        if friend.chat_id:
            self._scheduler.wait(rng.randint(20_000, 240_000))  # until then their window is shut
        burst = rng.choice((1, 1, 2, 4))
        left = friend.messages
        while left > 0:
            together = min(left, burst if left == friend.messages else rng.choice((1, 1, 1, 2)))
            messages = [self._write(phone) for _ in range(together)]
            left -= together
            if together > 1 and rng.random() < 0.3:  # one post carries them all
                values = [self._value(phone, one) for one in messages]
                self._posts.messages(number, values, messages)
            else:
                for one in messages[1:]:
                    self.act(lambda one=one: self._posts.messages(number, [self._value(phone, one)], [one]))  # type: ignore[misc]
                self._posts.messages(number, [self._value(phone, messages[0])], messages[:1])
            self._scheduler.wait(rng.choice((rng.randint(0, 500), rng.randint(500, 60_000))))

    def flood(self, friends: Sequence[Friendship]) -> None:
        """What several customers wrote to one number comes in one post, in the order in which they wrote."""
        rng = self._rng
        number = friends[0].phone_number_id
        phones = [self._phone(friend) for friend in friends]
        turns = [phone for phone, friend in zip(phones, friends, strict=True) for _ in range(friend.messages)]
        rng.shuffle(turns)
        messages = [self._write(phone) for phone in turns]
        values = [self._value(phone, one) for phone, one in zip(turns, messages, strict=True)]
        self._posts.messages(number, values, messages)

    def _phone(self, friend: Friendship) -> Phone:
        customer = friend.customer
        return self._world.phones.meet(
            friend.phone_number_id, wa_id=customer.wa_id, user_id=customer.user_id, name=customer.name
        )

    def operator(self, portal: PortalState, friend: Friendship, line: int) -> None:
        """Answers in the customer's chat as soon as there is one."""
        rng = self._rng
        phone = self._world.phones.meet(
            friend.phone_number_id, wa_id=friend.customer.wa_id, user_id=friend.customer.user_id
        )
        chat = portal.chats.get(str(friend.chat_id))
        if chat is not None:
            for _ in range(rng.randint(1, 3)):
                self._scheduler.wait(rng.randint(0, 20_000))
                self.answer(portal, chat, phone)
        else:
            chat = self._await_chat(portal, phone, line)
        if chat is None:
            return
        for _ in range(friend.answers):
            self._scheduler.wait(rng.choice((rng.randint(0, 500), rng.randint(500, 60_000))))
            self.answer(portal, chat, phone)

    def answer(self, portal: PortalState, chat: ImChat, phone: Phone) -> None:
        """Write one message into a chat, which posts its event."""
        attaches = self._rng.random() < self._with_files
        text = self._text("o", phone.name, self.answered, phone, is_new=attaches)
        marks = [f"o{self._serial}f{n}" for n in range(self._rng.choice((1, 1, 2)))] if attaches else []
        files = tuple(map(self._attachments.of_operator, marks))
        links = self._attachments.in_portal(portal, files)
        message = ImMessage(portal.next_id(), "operator", OPERATOR_ID, text, self._scheduler.now, waiting=True)
        message.files = [played_files.shown(self._world, link) for link in links]
        portal.add_message(chat, message)
        one = Said(str(message.id), text, phone.phone_number_id, whom(phone), files=files)
        self.answered.append(one)
        webhook = webhooks.operator_message(portal, chat, message.id, text, self._scheduler.now, files=links)
        self._posts.event(webhook, one)
        if self._rng.random() < 0.05:
            self._posts.event(webhook, one)  # a handler bound twice brings every event twice

    def forger(self) -> None:
        """Posts in both providers' names, without their secrets."""
        rng, now = self._rng, self._scheduler.now
        number = rng.choice(self._world.meta["numbers"])
        phone = Phone(number["phone_number_id"], "5511987650000", "", "")
        good = webhooks.signed(self._world.meta, number, webhooks.text_message(phone, "wamid.F", FORGED, now))
        wrong = hmac.new(b"guessed", good.body, hashlib.sha256).hexdigest()
        for signature in (None, "", f"sha256={wrong}", "sha256=", good.headers["x-hub-signature-256"] + "00"):
            kept = {name: value for name, value in good.headers.items() if name != "x-hub-signature-256"}
            headers = kept if signature is None else kept | {"x-hub-signature-256": signature}
            self._posts.post(replace(good, headers=headers))
        self._posts.post(replace(good, body=good.body.replace(b"wamid.F", b"wamid.G")))
        portal = rng.choice(self._world.portals)
        chat = next(iter(portal.chats.values()), None) or ImChat(1, "x", 1, "x", 1, "x")
        event = webhooks.operator_message(portal, chat, 999_999_999, FORGED, now)
        own = portal.config["application_token"]
        for token in ("", own + "x", "application-token-9"):
            self._posts.post(_with_token(event, token))
        others = [one for one in self._world.portals if one is not portal]
        for other in others:
            self._posts.post(_with_token(event, other.config["application_token"]))

    def redriver(self, queues: list[MemoryQueue]) -> None:
        """Sends parked messages on and dead letters back, at any time."""
        for _ in range(self._rng.randint(0, 3)):
            self._scheduler.wait(self._rng.randint(1_000, 200_000))
            self._platform.start("redrive", {}, lambda *_: None)
            for queue in queues:
                queue.redrive(self._scheduler.now)

    def renamer(self, portal: PortalState) -> None:
        """The portal moves to another address; the old one answers 302."""
        self._scheduler.wait(self._rng.randint(0, 120_000))
        old = portal.config["domain"]
        portal.old_domains.add(old)
        portal.config["domain"] = "novo-" + old

    def trouble(self, systems: list[str]) -> None:
        """Spells in which one of the systems is away for everybody."""
        for _ in range(6):
            if self._rng.random() * 100 < self._weather.climate.spell:
                until = self._scheduler.now + self._rng.choice((8_000, 45_000, 300_000))
                self._weather.away[self._rng.choice(systems)] = until
            self._scheduler.wait(40_000)

    def automatic_texts(self, portal: PortalState) -> None:
        """A line that greets: the event of its text goes out while the call that opened the chat is under way."""
        add = portal.add_chat

        def add_chat(chat: ImChat) -> ImChat:
            added = add(chat)
            if chat.connector and self._rng.random() < 0.5:
                self.act(lambda: self._greet(portal, chat))
            return added

        portal.add_chat = add_chat  # type: ignore[method-assign]

    def _greet(self, portal: PortalState, chat: ImChat) -> None:
        line = portal.line(chat.connector, chat.line)
        number = line["phone_number_id"] if line else ""
        phones = [one for one in self._world.phones.phones if one.phone_number_id == number]
        phone = next((one for one in phones if chat_is_of(chat, one)), None)
        if phone is not None:
            self.answer(portal, chat, phone)

    def _await_chat(self, portal: PortalState, phone: Phone, line: int) -> ImChat | None:
        """An operator sees a chat by what is written in it, and knows the customer by it."""
        until = self._scheduler.now + PATIENCE_MS
        while self._scheduler.now < until:
            for chat in portal.chats.values():
                if chat.line == line and chat_is_of(chat, phone):
                    return chat
            self._scheduler.wait(3_000)
        return None

    def _write(self, phone: Phone) -> Said:
        attaches = self._rng.random() < self._with_files
        text = self._text("c", phone.name, self.said, phone, is_new=attaches)
        files = (self._attachments.of_customer(f"c{self._serial}f0"),) if attaches else ()
        if files and files[0].mime.startswith("audio/"):
            text = ""  # nothing can be written beside a sound
        one = Said(f"wamid.{whom(phone)}.{self._serial}", text, phone.phone_number_id, whom(phone), files=files)
        now = self._scheduler.now
        self._world.phones.received(phone, PhoneMessage(one.id, "customer", text, "text", now), now)
        self.said.append(one)
        return one

    def _value(self, phone: Phone, one: Said) -> dict[str, object]:
        """Beside a BSUID the phone may be left out, as Meta does with people who have a username."""
        shown = replace(phone, wa_id="") if phone.user_id and self._rng.random() < 0.3 else phone
        if not one.files:
            return webhooks.text_message(shown, one.id, one.text, self._scheduler.now)
        kind, content = self._attachments.at_meta(one.files[0], one.text)
        return webhooks.customer_message(shown, one.id, kind, content, self._scheduler.now)

    def _text(self, sign: str, name: str, earlier: list[Said], phone: Phone, *, is_new: bool) -> str:
        """is_new: not one that was written before."""
        rng = self._rng
        self._serial += 1
        mine = [one for one in earlier if (one.customer, one.phone_number_id) == (whom(phone), phone.phone_number_id)]
        short = [one.text for one in mine if len(one.text) < 100 and not one.files]
        if short and rng.random() < 0.12 and not is_new:
            return rng.choice(short)
        token = f"{sign}{self._serial}"
        if sign == "o" and rng.random() < 0.02:
            return " ".join(f"{token}w{n}" for n in range(LONG_WORDS))
        return f"{token}w0 {rng.choice(('olá', 'bom dia, ' + name, 'R$ 10 [b]já[/b]?', 'ção 👍 *x*', '1'))}"


def chat_is_of(chat: ImChat, phone: Phone) -> bool:
    """Whether the chat shows this customer: by the messages in it, as its writer signed them."""
    mark = f"wamid.{whom(phone)}."
    return any(mid.startswith(mark) for message in chat.messages for mid in message.connector_mids)


def whom(phone: Phone) -> str:
    return phone.wa_id or phone.user_id


def _with_token(webhook: Webhook, token: str) -> Webhook:
    tree = php_forms.decode(webhook.body)
    tree["auth"]["application_token"] = token
    return replace(webhook, body=php_forms.encode(tree))
