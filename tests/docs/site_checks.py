"""The built site in a real browser: how it is served, opened, and what counts as a fault.

Fixtures are in `test_site.py`. Each kind of fault is proved to be seen by a page that has it.
"""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

SITE_PATH = "/chainweaver/"
"""The path of `site_url`: pages must work below it as they would when published."""

SCHEMES = ("light", "dark")
WIDTHS = (1280, 390)

# Accessibility is judged by axe-core, by every rule of WCAG 2.1 A and AA (contrast is one).
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def browser_path() -> str:
    """Chromium as `scripts/browser.sh` finds it."""
    named = os.environ.get("CHAINWEAVER_BROWSER")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    for name in names:
        if found := shutil.which(name):
            return found
    raise RuntimeError(f"no browser among {', '.join(names)}: run `make browser`")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder below `SITE_PATH` on the loopback address; gives the address of its root."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            if not path.startswith(SITE_PATH):
                return str(folder / "not-below-the-path-of-site-url")
            return super().translate_path(path.removeprefix(SITE_PATH.rstrip("/")))

        def log_message(self, format: str, *args: object) -> None:
            pass

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{SITE_PATH}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser that speaks of itself to nobody."""
    flags = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        "--no-proxy-server",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser_path(), args=flags)
        try:
            yield running
        finally:
            running.close()


class Visitor:
    """Opens pages in one browser context and lists what is wrong with them."""

    def __init__(self, context: BrowserContext, root: str) -> None:
        self.root = root
        self.page: Page = context.new_page()
        self._host = urlsplit(root).netloc
        self._seen: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._seen.append(f"script error: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def faults(self, path: str) -> list[str]:
        """Everything wrong with one page as it is opened at its width and colour scheme."""
        self._seen.clear()
        self.page.goto(self.root + path, wait_until="load")
        self._sideways(path)
        self._structure()
        self._accessibility()
        return [f"{path}: {fault}" for fault in self._seen]

    def _on_console(self, message: object) -> None:
        if message.type == "error":
            self._seen.append(f"console error: {message.text}")

    def _on_request(self, request: object) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self._host:
            self._seen.append(f"asks another host: {request.url}")

    def _on_response(self, response: object) -> None:
        if response.status >= 400:
            self._seen.append(f"status {response.status}: {response.url}")

    def _sideways(self, path: str) -> None:
        width, room = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        if width > room:
            self._seen.append(f"scrolls sideways: {width} px in {room} px")

    def _structure(self) -> None:
        headings = self.page.locator("h1").count()
        if headings != 1:
            self._seen.append(f"{headings} h1 headings")
        for image in self.page.locator("img:not([alt]), img[alt='']:not([role])").all():
            self._seen.append(f"image without alt: {image.get_attribute('src')}")

    def _accessibility(self) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        result = self.page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
        for violation in result["violations"]:
            for node in violation["nodes"][:3]:
                summary = re.sub(r"\s+", " ", node["failureSummary"])
                self._seen.append(f"{violation['id']} at {node['target']}: {summary}")


def pages_of(site: Path) -> list[str]:
    """The addresses of every page of a built site, below its root."""
    found = []
    for file in sorted(site.rglob("*.html")):
        address = file.relative_to(site).as_posix()
        found.append(address.removesuffix("index.html"))
    return found
