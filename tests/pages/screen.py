"""A page of the playground as tests see it."""

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, expect


class Screen:
    """A page with all that went wrong on it: console errors, uncaught exceptions, dialogs.

    Chromium itself notes each 404 in the console; that of a way which is not known yet is no error.
    """

    def __init__(self, chromium: Browser, url: str, width: int, height: int) -> None:
        self.page: Page = chromium.new_page(viewport={"width": width, "height": height}, locale="pt-BR")
        self.wrongs: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrongs.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.goto(url)
        expect(self.page.locator("#contact")).to_have_text("ao vivo")

    def _console(self, line: ConsoleMessage) -> None:
        if line.type == "error" and "/trace/" not in line.location["url"]:
            self.wrongs.append(line.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.wrongs.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def write(self, field: str, text: str) -> None:
        self.page.get_by_label(field, exact=True).fill(text)
        self.page.keyboard.press("Enter")
