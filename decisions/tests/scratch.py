"""A small sound project to break: a package, its tests and three records. No tests here."""

from __future__ import annotations

import datetime
import shutil
import signal
import subprocess
import textwrap
from pathlib import Path

from mkdocs_decisions.check import check
from mkdocs_decisions.problems import Finding, Report
from mkdocs_decisions.project import Project
from mkdocs_decisions.settings import read_settings
from mkdocs_decisions.tree import Folder


def hears_signals() -> None:
    """What a child runs first, so that it can be interrupted although its parent can't be."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


TODAY = datetime.date(2026, 3, 1)

FILES = {
    "pyproject.toml": """\
        [tool.decisions]
        records = "adr"
        packages = { shop = "src" }
        tests = ["tests"]
        tags = ["prices", "storage"]

        [tool.pytest.ini_options]
        pythonpath = ["src"]
        """,
    "src/shop/__init__.py": '''\
        """A shop."""

        from shop.prices import total

        __all__ = ["total"]
        ''',
    "src/shop/prices.py": '''\
        """What things cost, in cents."""

        from __future__ import annotations

        LIMIT = 1_000_000


        # ADR-0001
        def total(prices: list[int], discount: int = 0) -> int:
            """The sum of prices, less a discount in per cent."""
            return _rounded(sum(prices) * (100 - discount), 100)


        def _rounded(amount: int, by: int) -> int:
            return (amount + by // 2) // by


        class Basket:
            """What somebody is about to buy."""

            def __init__(self) -> None:
                self.prices: list[int] = []

            def add(self, price: int) -> None:
                """Put something in."""
                if price < 0:
                    raise ValueError(f"a price is never negative: {price}")
                self.prices.append(price)
        ''',
    "src/shop/store.py": '''\
        """Where baskets are kept."""

        from shop.prices import Basket


        class Store:
            """Baskets by the name of the customer."""

            def __init__(self) -> None:
                self._baskets: dict[str, Basket] = {}

            def basket(self, name: str) -> Basket:
                """The basket of a customer, made when first asked for."""
                return self._baskets.setdefault(name, Basket())
        ''',
    "tests/test_prices.py": """\
        import pytest
        from shop.prices import Basket, total


        def test_a_total_is_rounded_to_whole_cents():
            assert total([33, 34], discount=50) == 34


        def test_nothing_costs_nothing():
            assert total([]) == 0


        def test_a_price_is_never_negative():
            with pytest.raises(ValueError, match="never negative"):
                Basket().add(-1)
        """,
    "tests/test_store.py": """\
        from shop.store import Store


        def test_a_customer_has_one_basket():
            store = Store()

            assert store.basket("Ada") is store.basket("Ada")
        """,
    "docs/index.md": """\
        # The shop

        Prices are whole cents: [ADR-0001](../adr/0001-prices-are-whole-cents.md).
        """,
    "adr/README.md": "# Decisions\n",
    "adr/0001-prices-are-whole-cents.md": """\
        ---
        status: accepted
        date: 2026-01-10
        source: "Issue 4: totals are off by a cent"
        answer: Prices are integers of cents, because binary fractions cannot hold a tenth.
        tags: [prices]
        governs:
          - symbol: shop.prices.total
            note: rounds once, at the end
          - shop.prices.Basket.add
        proofs:
          - test: tests/test_prices.py::test_a_total_is_rounded_to_whole_cents
            shows: half a cent is rounded up, once
            breaks-when:
              - in: shop.prices.total
                replace: _rounded(sum(prices) * (100 - discount), 100)
                with: sum(prices) * (100 - discount) // 100
              - in: shop.prices._rounded
                replace: amount + by // 2
                with: amount
          - test: tests/test_prices.py::test_a_price_is_never_negative
            shows: what cannot be a price is refused
            breaks-when:
              - in: shop.prices.Basket.add
                replace: price < 0
                with: price < -1
        ---

        # 0001. Prices are whole cents

        ## Context and Problem Statement

        Totals were off by a cent. What is a price?

        ## Decision Drivers

        - A total is right.

        ## Considered Options

        - Integers of cents
        - Binary fractions

        ## Decision Outcome

        Chosen option: "Integers of cents", because binary fractions cannot hold a tenth.

        ### Consequences

        - Good, because a total is right.
        - Bad, because a price in euros has to be multiplied.

        ### Confirmation

        - `tests/test_prices.py::test_a_total_is_rounded_to_whole_cents`
        - `tests/test_prices.py::test_a_price_is_never_negative`

        ## Pros and Cons of the Options

        ### Integers of cents

        - Good, because sums are exact.
        - Bad, because there is no tenth of a cent.

        ### Binary fractions

        - Good, because they are at hand.
        - Bad, because 0.1 + 0.2 is not 0.3.

        ## Amendments

        | Date | Change |
        | --- | --- |
        """,
    "adr/0002-baskets-in-a-file.md": """\
        ---
        status: superseded
        date: 2026-02-01
        source: "Issue 7: baskets are lost"
        answer: Each basket is a file, because a file survives a crash.
        tags: [storage]
        superseded-by: ["0003"]
        ---

        # 0002. Baskets in a file

        ## Context and Problem Statement

        Baskets are lost when the program ends.

        ## Decision Drivers

        - Nothing is lost.

        ## Considered Options

        - A file for each
        - Memory only

        ## Decision Outcome

        Chosen option: "A file for each", because a file survives a crash.

        ### Consequences

        - Good, because nothing is lost.
        - Bad, because a disk is slow.

        ### Confirmation

        By hand.

        ## Pros and Cons of the Options

        ### A file for each

        - Good, because it survives.
        - Bad, because it is slow.

        ### Memory only

        - Good, because it is quick.
        - Bad, because it is lost.

        ## Amendments

        | Date | Change |
        | --- | --- |
        """,
    "adr/0003-baskets-in-memory.md": """\
        ---
        status: accepted
        date: 2026-02-01
        source: "Issue 9: the shop is slow"
        answer: Baskets live in memory, because nobody comes back for one the next day.
        tags: [storage]
        supersedes: ["0002"]
        depends-on: ["0001"]
        governs: [shop.store.Store.basket]
        proofs:
          - test: tests/test_store.py::test_a_customer_has_one_basket
            shows: who comes back finds the same basket
            breaks-when:
              - in: shop.store.Store.basket
                replace: self._baskets.setdefault(name, Basket())
                with: Basket()
        ---

        # 0003. Baskets in memory

        ## Context and Problem Statement

        Files are slow, and prices are whole cents ([ADR-0001](0001-prices-are-whole-cents.md)).

        ## Decision Drivers

        - A page is there at once.

        ## Considered Options

        - Memory
        - Files

        ## Decision Outcome

        Chosen option: "Memory", because nobody comes back for a basket the next day.

        ### Consequences

        - Good, because it is quick.
        - Bad, because a restart empties every basket.

        ### Confirmation

        - `tests/test_store.py::test_a_customer_has_one_basket`

        ## Pros and Cons of the Options

        ### Memory

        - Good, because it is quick.
        - Bad, because it is lost.

        ### Files

        - Good, because they survive.
        - Bad, because they are slow.

        ## Amendments

        | Date | Change |
        | --- | --- |
        """,
}

ONE = "adr/0001-prices-are-whole-cents.md"
TWO = "adr/0002-baskets-in-a-file.md"
THREE = "adr/0003-baskets-in-memory.md"
PRICES = "src/shop/prices.py"
STORE = "src/shop/store.py"


class Scratch:
    """The small project in a folder, with ways to change it."""

    def __init__(self, root: Path, proved: Path | None = None) -> None:
        self.root = root
        for path, text in FILES.items():
            self.write(path, textwrap.dedent(text))
        if proved is not None:
            shutil.copy(proved, root / "adr/.proofs.json")

    def write(self, path: str, text: str | bytes) -> Scratch:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> Scratch:
        """Replace a text that stands exactly once in a file."""
        text = self.read(path)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        return self.write(path, text.replace(old, new))

    def move(self, old: str, new: str) -> Scratch:
        (self.root / new).parent.mkdir(parents=True, exist_ok=True)
        (self.root / old).rename(self.root / new)
        return self

    def remove(self, path: str) -> Scratch:
        (self.root / path).unlink()
        return self

    def line(self, path: str, text: str) -> int:
        """The line, from 1, of the first line of a file that holds a text."""
        lines = self.read(path).split("\n")
        return next(at for at, line in enumerate(lines, start=1) if text in line)

    # -- git ---------------------------------------------------------------------------------

    def git(self, *arguments: str, date: str = "2026-02-10T12:00:00 +0000") -> str:
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_DATE": date,
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
        }
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def init(self) -> Scratch:
        self.git("init", "--quiet", "--initial-branch", "main")
        return self.commit("The shop")

    def commit(self, message: str, date: str = "2026-02-10T12:00:00 +0000") -> Scratch:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message, date=date)
        return self

    # -- what is asked of it -----------------------------------------------------------------

    def project(self, base: Project | None = None, **more: object) -> Project:
        tree = Folder(self.root)
        return Project(tree, read_settings(tree), base=base, today=TODAY, **more)

    def report(self, *codes: str, base: Project | None = None, **more: object) -> Report:
        return check(self.project(base, **more), codes=codes or None)

    def findings(self, *codes: str, base: Project | None = None, **more: object) -> list[Finding]:
        return self.report(*codes, base=base, **more).findings

    def found_in(self, project: Project, *codes: str) -> list[tuple[str, int, str]]:
        """File, line and message of what is found."""
        report = check(project, codes=codes or None)
        return [
            (each.problem.path, each.problem.line, each.problem.message) for each in report.findings
        ]
