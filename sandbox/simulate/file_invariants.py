"""What became of the files that people attached, read off the screens.

Each arrives once and whole; or its caption arrives with the line that says why there is no file, and there is a reason:
the file was no good, the portal could not fetch it, or it could not be had for as long as Ponte waits for one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ponte.media.limits import PATIENCE_MS
from ponte.texts import text as sentence
from sandbox.phones import PhoneMessage
from sandbox.portals import ImChat, ImMessage
from sandbox.simulate.attachments import DAMAGED, DISGUISED, GONE, Attached
from sandbox.simulate.providers import Said
from sandbox.simulate.verdict import Verdict

_MISSING, _NOT_SHOWN, _NOT_SENT = (
    sentence(key, "pt-BR", why="\0", name="\0").partition("\0")[0]
    for key in ("line.whatsapp.file_missing", "notice.file_not_shown", "notice.file_not_sent")
)
_MUST_NOT_CROSS = (GONE, DAMAGED, DISGUISED)


@dataclass(frozen=True, slots=True)
class FileJudge:
    """dropped: bytes of files that a portal could not fetch."""

    verdict: Verdict
    dropped: set[bytes]

    def in_chat(self, said: Said, copies: Sequence[ImMessage]) -> bool:
        """A customer's file beside its caption. Whether nothing is said of a file that is in no copy of the message."""
        (file,) = said.files
        self.verdict.files += 1
        for shown in copies:
            if shown.files:
                whole = [each.data for each in shown.files] == [file.data]
                self._crossed(said, file, whole=whole, told=_MISSING in shown.text)
        if any(shown.files for shown in copies):
            return False
        self.verdict.untaken += 1
        if not self._may_be_missing(said, file, max(shown.at_ms for shown in copies)):
            self.verdict.add("file given up", said.id)
        return not any(_MISSING in shown.text for shown in copies)

    def notices(self, chat: ImChat, silent: int, repeated: int) -> None:
        """silent: messages whose file the portal left out; each needs a notice of its own. repeated: how many notices
        may come beside those: after a second copy, or since a redrive did not get the file either."""
        told = sum(1 for one in chat.messages if one.sender == "system" and one.text.startswith(_NOT_SHOWN))
        if told < silent:
            self.verdict.add("file lost", f"chat {chat.id}: {told} notices for {silent} files that are not shown")
        if told > silent + repeated:
            self.verdict.add("file denied", f"chat {chat.id}: {told} notices for {silent} files that are not shown")

    def on_phone(
        self,
        said: Said,
        messages: Iterable[PhoneMessage],
        chat: ImChat | None,
        *,
        risked: bool,
        parked: bool,
        healed: bool,
    ) -> None:
        """An operator's files, once each, or a notice in the chat. parked: a redrive may bring one after its notice.
        healed: healing may have found the message before its event came, and histories give no links to files."""
        messages = [one for one in messages if one.file]
        for file in said.files:
            self.verdict.files += 1
            copies = sum(1 for one in messages if one.file and one.file.data == file.data)
            notices = [
                one
                for one in (chat.messages if chat else [])
                if one.sender == "system" and one.text.startswith(_NOT_SENT) and file.name in one.text
            ]
            if copies > 1 and not risked:
                self.verdict.add("doubled", f"{said.id}: {file.name}")
            if copies:
                self._crossed(said, file, whole=True, told=bool(notices) and not parked)
            elif not notices:
                self.verdict.add("file lost", f"{said.id}: {file.name}")
            else:
                self.verdict.untaken += 1
                if not healed and not self._may_be_missing(said, file, notices[0].at_ms):
                    self.verdict.add("file given up", f"{said.id}: {file.name}")

    def _crossed(self, said: Said, file: Attached, *, whole: bool, told: bool) -> None:
        if not whole:
            self.verdict.add("wrong file", said.id)
        if told:
            self.verdict.add("file denied", f"{said.id}: {file.name}")
        if file.flaw in _MUST_NOT_CROSS:
            self.verdict.add("bad file crossed", f"{said.id}: {file.flaw}")

    def _may_be_missing(self, said: Said, file: Attached, given_up_ms: int) -> bool:
        return bool(file.flaw) or file.data in self.dropped or given_up_ms - said.posted_ms >= PATIENCE_MS
