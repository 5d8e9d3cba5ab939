"""The site builds strictly and holds in a real browser: every page, two schemes, two widths."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from site_checks import SITE_PATH, VIEWS, View, Visitor, browser, pages_of, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]


def build(root: Path, into: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(into)],
        cwd=root,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT, folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def found(site: Path, chromium: Browser) -> Iterator[Callable[[str], list[set[str]]]]:
    """Asks the search box by `?q=`; a result is a page with those of its sections that match."""
    with served(site) as root:
        page = chromium.new_page()

        def search(query: str) -> list[set[str]]:
            page.goto(f"{root}?{urlencode({'q': query})}")
            page.wait_for_selector(".md-search-result__meta:has-text('matching')", state="attached")
            results: list[list[str]] = page.evaluate(
                "[...document.querySelectorAll('.md-search-result__item')].slice(0, 3)"
                ".map(item => [...item.querySelectorAll('a')].map(a => a.pathname + a.hash))"
            )
            return [{to.removeprefix(SITE_PATH) for to in result} for result in results]

        yield search
        page.close()


def test_every_page_is_without_fault(site: Path, chromium: Browser) -> None:
    assert faults_of(site, pages_of(site), chromium, VIEWS) == []


def test_a_page_of_each_kind_is_without_fault_when_opened_in_the_dark(
    site: Path, chromium: Browser
) -> None:
    pages = ["", "how-to/dags/", "reference/api/flow/", "reference/error-codes/", "decisions/"]
    assert set(pages) <= set(pages_of(site))
    assert faults_of(site, pages, chromium, [("dark", 1280)]) == []


def faults_of(site: Path, pages: list[str], chromium: Browser, views: Sequence[View]) -> list[str]:
    with served(site) as root:
        context = chromium.new_context()
        visitor = Visitor(context, root, views)
        faults = [fault for page in pages for fault in visitor.faults(page)]
        context.close()
    return faults


GOOD_PAGE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
</head><body><main><h1>A page</h1><p>Text.</p></main></body></html>
"""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Text.", "Text.", None),
        ("Text.", "<script>console.error('broken')</script>", "console error: broken"),
        ("Text.", "<script>gone()</script>", "script error: gone is not defined"),
        ("Text.", "<script src='gone.js'></script>", "status 404"),
        (
            "Text.",
            "<script>fetch('http://other.invalid/stars').catch(() => 0)</script>",
            "asks another host: http://other.invalid/stars",
        ),
        ("<p>", "<p style='width: 500px'>", "scrolls sideways: "),
        ("<p>", "<h1>Another</h1><p>", "2 h1 headings"),
        ("h1>", "h2>", "0 h1 headings"),
        ("Text.", "<img src='data:,'>", "image without alt: data:,"),
        ("<p>", "<p style='color: #999'>", "color-contrast"),
        (
            "<p>",
            "<style>@media (prefers-color-scheme: dark) { p { color: #999 } }</style><p>",
            "color-contrast",
        ),
        (
            "<p>",
            "<style>@media (max-width: 500px) { p { width: 600px } }</style><p>",
            "scrolls sideways: ",
        ),
        (' lang="en"', "", "html-has-lang"),
    ],
)
def test_a_fault_of_a_page_is_seen(
    chromium: Browser, tmp_path: Path, old: str, new: str, fault: str | None
) -> None:
    (tmp_path / "index.html").write_text(GOOD_PAGE.replace(old, new), encoding="utf-8")
    with served(tmp_path) as root:
        context = chromium.new_context()
        faults = Visitor(context, root, VIEWS).faults("")
        context.close()
    if fault is None:
        assert faults == []
    else:
        assert any(seen.startswith(f": {fault}") for seen in faults), faults


API = "reference/api"


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("FlowExecutor", f"{API}/executor/#chainweaver.executor.FlowExecutor"),
        (
            "FlowExecutor.execute_flow_async",
            f"{API}/executor/#chainweaver.executor.FlowExecutor.execute_flow_async",
        ),
        ("execute_flow", f"{API}/executor/#chainweaver.executor.FlowExecutor.execute_flow"),
        ("chainweaver.steps.RetryPolicy", f"{API}/steps/#chainweaver.steps.RetryPolicy"),
        ("ConditionalEdge", f"{API}/steps/#chainweaver.steps.ConditionalEdge"),
        ("flow_to_json", f"{API}/serialization/#chainweaver.serialization.flow_to_json"),
        ("evaluate_predicate", f"{API}/contracts/#chainweaver.contracts.evaluate_predicate"),
        ("CW-E013", "reference/error-codes/#cw-e013"),
        ("CW-E042", "reference/error-codes/#cw-e042"),
        ("apply_output_mapping", "explanation/read-only-contract/"),
        ("dynamic_params", "explanation/dynamic-params/"),
        ("run scope", "explanation/run-scope/"),
        ("read-only contract", "explanation/read-only-contract/"),
        ("retry", "how-to/errors-and-retries/"),
        ("decisions", "decisions/"),
        ("contributing", "contributing/"),
    ],
)
def test_a_search_is_answered_in_the_first_three(
    found: Callable[[str], list[set[str]]], query: str, page: str
) -> None:
    assert any(page in result for result in found(query))


def test_a_search_for_nothing_finds_nothing(found: Callable[[str], list[set[str]]]) -> None:
    assert found("xyzzy") == []


def test_the_table_of_decisions_is_filtered_with_the_keyboard_alone(
    site: Path, chromium: Browser
) -> None:
    shown = "[...document.querySelectorAll('.decisions-index tbody tr')]"
    shown += (
        ".filter(row => row.checkVisibility()).map(row => row.cells[0].textContent.slice(0, 4))"
    )
    with served(site) as root:
        page = chromium.new_page()
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{root}decisions/")
            everything = page.evaluate(shown)
            page.focus("#decisions-text")
            page.keyboard.type("ContextVar frames")
            assert page.evaluate(shown) == ["0001"]
            assert page.inner_text(".decisions-count").startswith("1 of ")
            for key in ("Tab", "Tab", "Tab", "Enter"):
                page.keyboard.press(key)
            page.wait_for_function(f"{shown}.length === {len(everything)}")
            page.focus("#decisions-status")
            page.keyboard.type("super")
            assert page.evaluate(shown) == ["0006"]
        page.close()
