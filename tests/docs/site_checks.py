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
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, BrowserContext, Page

SITE_PATH = "/chainweaver/"
"""The path of `site_url`: pages must work below it as they would when published."""

View = tuple[Literal["light", "dark"], int]
"""A colour scheme, and the width of the window in pixels."""

VIEWS: Sequence[View] = [("light", 1280), ("dark", 1280), ("dark", 390), ("light", 390)]

# Accessibility is judged by axe-core: every rule of WCAG 2.1 A and AA, contrast apart.
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
RULES = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": WCAG},
    "rules": {"color-contrast": {"enabled": False}},
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

# The theme follows the system when a page is opened; from then on its own switch decides.
SWITCH = """
scheme => {
    const choices = [...document.querySelectorAll("[data-md-color-media]")];
    const wanted = choices.find(choice => choice.dataset.mdColorMedia.includes(scheme));
    if (!wanted) return choices.length === 0;
    if (document.body.dataset.mdColorScheme !== wanted.dataset.mdColorScheme) wanted.click();
    return document.body.dataset.mdColorScheme === wanted.dataset.mdColorScheme;
}
"""

# Contrast is slow to measure, and a site has few looks: one element of each is measured. A look is
# the colour of a text, what lies behind it, its opacity, size and weight.
INSPECT = """
known => {
    const settled = document.createElement("style");
    settled.textContent = "* { animation: none !important; transition: none !important }";
    document.head.append(settled);

    const seenBehind = new Map([[null, ""]]);
    const behind = element => {
        if (!seenBehind.has(element)) {
            const {backgroundColor: colour, opacity} = getComputedStyle(element);
            const own = colour === "rgba(0, 0, 0, 0)" && opacity === "1" ? "" : colour + opacity;
            seenBehind.set(element, own + behind(element.parentElement));
        }
        return seenBehind.get(element);
    };
    const looks = new Map();
    for (const element of document.querySelectorAll("body *")) {
        const text = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
        if (!text || !element.checkVisibility({opacityProperty: true, visibilityProperty: true}))
            continue;
        const style = getComputedStyle(element);
        const look = [style.color, behind(element), style.fontSize, style.fontWeight].join("|");
        if (!known.includes(look) && !looks.has(look)) looks.set(look, element);
    }
    window.newLooks = [...looks.values()];
    return {
        looks: [...looks.keys()],
        width: document.documentElement.scrollWidth,
        room: document.documentElement.clientWidth,
        headings: document.querySelectorAll("h1").length,
        nameless: [...document.images].filter(image => !image.alt).map(image => image.src),
    };
}
"""


def browser_path() -> str:
    """Chromium as `scripts/browser.sh` finds it."""
    named = os.environ.get("CHAINWEAVER_BROWSER")
    names = (
        [named]
        if named
        else ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    )
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
    """Opens pages in one browser context and lists what is wrong with them.

    A page is opened in the first view, a colour scheme and a width, and then drawn in the others.
    Contrast is judged in each, the other rules of accessibility in the last: they are slow.
    """

    def __init__(self, context: BrowserContext, root: str, views: Sequence[View]) -> None:
        self.root = root
        self.page: Page = context.new_page()
        self._views = views
        self._host = urlsplit(root).netloc
        self._seen: list[str] = []
        self._looks: set[str] = set()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._seen.append(f"script error: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def faults(self, path: str) -> list[str]:
        """Everything that is wrong with one page."""
        self._seen.clear()
        self._resize(self._views[0])
        self.page.goto(self.root + path, wait_until="load")
        for view in self._views:
            self._resize(view)
            if not self.page.evaluate(SWITCH, view[0]):
                self._seen.append(f"does not switch to {view[0]}")
            self._inspect()
        self._axe("document", RULES)
        return [f"{path}: {fault}" for fault in dict.fromkeys(self._seen)]

    def _resize(self, view: View) -> None:
        scheme, width = view
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": 900})

    def _inspect(self) -> None:
        found = self.page.evaluate(INSPECT, sorted(self._looks))
        if found["width"] > found["room"]:
            self._seen.append(f"scrolls sideways: {found['width']} px in {found['room']} px")
        if found["headings"] != 1:
            self._seen.append(f"{found['headings']} h1 headings")
        self._seen += [f"image without alt: {source}" for source in found["nameless"]]
        if found["looks"]:
            self._looks.update(found["looks"])
            self._axe("{include: newLooks}", CONTRAST)

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

    def _axe(self, where: str, options: dict[str, object]) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        result = self.page.evaluate(f"options => axe.run({where}, options)", options)
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
