"""Cases of ADR6xx. The sound project has receipts, made by `decisions prove`."""

from __future__ import annotations

import hashlib
import json

from cases import Fails, Passes
from scratch import ONE, PRICES, STORE, THREE, TWO, Scratch

RECEIPTS = "adr/.proofs.json"
ROUNDED = "tests/test_prices.py::test_a_total_is_rounded_to_whole_cents"
NEGATIVE = "tests/test_prices.py::test_a_price_is_never_negative"
BASKET = "tests/test_store.py::test_a_customer_has_one_basket"
MEASURE = "measure.py"


def receipts(scratch: Scratch, id_: str, **changed: object) -> None:
    """Change the receipt of a test."""
    held = json.loads(scratch.read(RECEIPTS))
    for tests in held["proofs"].values():
        if id_ in tests:
            tests[id_] |= changed
    scratch.write(RECEIPTS, json.dumps(held))


def skipped(scratch: Scratch, mark: str = 'pytest.mark.skip(reason="slow")') -> None:
    name = "def test_a_total_is_rounded_to_whole_cents"
    scratch.edit("tests/test_prices.py", name, f"@{mark}\n{name}")


def superseded_with(scratch: Scratch, key: str) -> None:
    scratch.edit(TWO, 'superseded-by: ["0003"]\n', f'superseded-by: ["0003"]\n{key}')


def proposed(scratch: Scratch) -> None:
    scratch.edit(THREE, "status: accepted", "status: proposed")


def executed_by_none(scratch: Scratch) -> None:
    receipts(scratch, NEGATIVE, executes=["shop.prices.total"], idle=["shop.prices.Basket.add"])


def executing_nothing(scratch: Scratch) -> None:
    receipts(scratch, ROUNDED, executes=[], idle=["shop.prices.total", "shop.prices.Basket.add"])
    receipts(scratch, NEGATIVE, executes=["shop.prices.total", "shop.prices.Basket.add"], idle=[])


EVIDENCE = """\
evidence:
  - id: 0001-sums
    command: python measure.py
    inputs: [measure.py]
---

# 0001."""


def measured(scratch: Scratch, quoted: str = "1,158 <!--= 0001-sums/frames/ns -->") -> None:
    """Give the first record evidence that is as it should be, and a figure that quotes it."""
    scratch.write(MEASURE, "print('{}')\n")
    scratch.edit(ONE, "---\n\n# 0001.", EVIDENCE)
    scratch.edit(ONE, "- A total is right.\n", f"- A total takes {quoted} ns.\n")
    digest = hashlib.sha256((scratch.root / MEASURE).read_bytes()).hexdigest()
    held = {
        "id": "0001-sums",
        "command": "python measure.py",
        "interpreter": "CPython 3.11.7",
        "inputs": {MEASURE: digest},
        "result": {"frames": {"ns": 1158, "share": 0.25, "rows": [2, 3.5], "name": "x"}},
    }
    scratch.write("adr/evidence/0001-sums.json", json.dumps(held))


def stale(scratch: Scratch, path: str, old: str, new: str) -> None:
    measured(scratch)
    scratch.edit(path, old, new)


def sample(scratch: Scratch, info: str = "python") -> None:
    scratch.edit(
        ONE, "## Decision Drivers", f"```{info}\nprint(1)\n#> 1\n```\n\n## Decision Drivers"
    )


CASES = [
    Fails(
        "ADR601",
        "no such function",
        lambda scratch: scratch.edit(
            "tests/test_store.py", "def test_a_customer_has", "def test_who_has"
        ),
        THREE,
        f"- test: {BASKET}",
        "not collected",
    ),
    Fails(
        "ADR601",
        "no such file",
        lambda scratch: scratch.move("tests/test_store.py", "tests/test_shelf.py"),
        THREE,
        f"- test: {BASKET}",
        "there is no file 'tests/test_store.py'",
    ),
    Fails(
        "ADR601",
        "a proposed record is looked at too",
        lambda scratch: (proposed(scratch), scratch.remove("tests/test_store.py")),
        THREE,
        f"- test: {BASKET}",
        "there is no file",
    ),
    Passes(
        "ADR601",
        "a superseded record may name what is gone",
        lambda scratch: superseded_with(
            scratch, "proofs:\n  - test: tests/test_file.py::test_a_file\n    shows: it did\n"
        ),
    ),
    Fails("ADR602", "skipped", skipped, ONE, f"- test: {ROUNDED}", "pytest.mark.skip"),
    Fails(
        "ADR602",
        "expected to fail",
        lambda scratch: skipped(scratch, "pytest.mark.xfail"),
        ONE,
        f"- test: {ROUNDED}",
        "xfail",
    ),
    Passes(
        "ADR602",
        "another test of the file is skipped",
        lambda scratch: scratch.edit(
            "tests/test_prices.py",
            "def test_nothing_costs",
            "@pytest.mark.skip\ndef test_nothing_costs",
        ),
    ),
    Fails(
        "ADR604",
        "no receipts at all",
        lambda scratch: scratch.remove(RECEIPTS),
        THREE,
        f"- test: {BASKET}",
        "it was never seen passing",
    ),
    Fails(
        "ADR604",
        "the symbol changed",
        lambda scratch: scratch.edit(
            STORE, "setdefault(name, Basket())", "setdefault(name.lower(), Basket())"
        ).edit(
            THREE,
            "replace: self._baskets.setdefault(name, Basket())",
            "replace: self._baskets.setdefault(name.lower(), Basket())",
        ),
        THREE,
        "- in: shop.store.Store.basket",
        "never seen failing",
    ),
    Fails(
        "ADR604",
        "the symbol changed beside the mutant",
        lambda scratch: scratch.edit(
            PRICES,
            "if price < 0:",
            "if price == 7:\n            raise KeyError\n        if price < 0:",
        ),
        ONE,
        "- in: shop.prices.Basket.add",
        "shop.prices.Basket.add changed since",
    ),
    Fails(
        "ADR604",
        "the test changed",
        lambda scratch: scratch.edit("tests/test_store.py", 'basket("Ada") is', 'basket("Bo") is'),
        THREE,
        f"- test: {BASKET}",
        "the test changed since",
    ),
    Fails(
        "ADR604",
        "the mutant changed",
        lambda scratch: scratch.edit(THREE, "with: Basket()", "with: None"),
        THREE,
        "- in: shop.store.Store.basket",
        "never seen failing when shop.store.Store.basket is broken",
    ),
    Fails(
        "ADR604",
        "a governed symbol is new",
        lambda scratch: scratch.edit(
            THREE,
            "governs: [shop.store.Store.basket]",
            "governs: [shop.store.Store.basket, shop.total]",
        ),
        THREE,
        f"- test: {BASKET}",
        "shop.total is new",
    ),
    Fails(
        "ADR604",
        "a proof without a change",
        lambda scratch: scratch.write(THREE, scratch.read(THREE).replace(_BREAKS_WHEN, "")),
        THREE,
        f"- test: {BASKET}",
        "no proof of it names a change",
    ),
    Fails(
        "ADR604",
        "no proof at all",
        lambda scratch: scratch.write(THREE, scratch.read(THREE).replace(_PROOFS, "")),
        THREE,
        "governs: [shop.store.Store.basket]",
        "no proof holds it",
    ),
    Fails(
        "ADR604",
        "a damaged file of receipts",
        lambda scratch: scratch.write(RECEIPTS, '{"version": 1, "proofs": [1]'),
        RECEIPTS,
        None,
        "can't be read",
    ),
    Fails(
        "ADR604",
        "a file of receipts of another version",
        lambda scratch: scratch.write(RECEIPTS, '{"version": 99}'),
        RECEIPTS,
        None,
        "it is of version 99",
    ),
    Passes(
        "ADR604",
        "comments and formatting change nothing",
        lambda scratch: scratch.edit(
            PRICES, "        if price < 0:", "        # no refunds\n        if price < 0 :"
        ).edit(ONE, "replace: price < 0", "replace: price < 0"),
    ),
    Passes("ADR604", "a proposed record is not held to it", proposed),
    Passes(
        "ADR604",
        "a change that does not apply has a rule of its own",
        lambda scratch: scratch.edit(ONE, "replace: price < 0", "replace: price < 7"),
    ),
    Fails(
        "ADR605",
        "the text is gone",
        lambda scratch: scratch.edit(PRICES, "if price < 0:", "if 0 > price:"),
        ONE,
        "replace: price < 0",
        "stands nowhere in shop.prices.Basket.add",
    ),
    Fails(
        "ADR605",
        "the text stands twice",
        lambda scratch: scratch.edit(PRICES, "if price < 0:", "if price < 0 and price < 0:"),
        ONE,
        "replace: price < 0",
        "stands twice in shop.prices.Basket.add",
    ),
    Fails(
        "ADR605",
        "the file can't hold what comes out",
        lambda scratch: scratch.write(
            PRICES, f"# coding: latin-1\n{scratch.read(PRICES)}".encode("latin-1")
        ).edit(ONE, "with: price < -1", "with: price < len('€')"),
        ONE,
        "with: price < len('€')",
        "can't be written in iso-8859-1",
    ),
    Fails(
        "ADR605",
        "what comes out is no Python",
        lambda scratch: scratch.edit(ONE, "with: price < -1", "with: price < ("),
        ONE,
        "with: price < (",
        "leaves no Python",
    ),
    Fails(
        "ADR605",
        "what comes out means the same",
        lambda scratch: scratch.edit(ONE, "with: price < -1", "with: (price) < 0"),
        ONE,
        "with: (price) < 0",
        "means the same",
    ),
    Fails(
        "ADR605",
        "there is no such symbol",
        lambda scratch: scratch.edit(ONE, "in: shop.prices._rounded", "in: shop.prices._cut"),
        ONE,
        "in: shop.prices._cut",
        "there is no '_cut'",
    ),
    Passes(
        "ADR605",
        "the text stands elsewhere in the file too",
        lambda scratch: scratch.write(
            PRICES, scratch.read(PRICES) + "\n\ndef free(price):\n    return price < 0\n"
        ),
    ),
    Fails(
        "ADR606",
        "no test executes a governed symbol",
        executed_by_none,
        ONE,
        "- shop.prices.Basket.add",
        "no test of the record executes shop.prices.Basket.add",
    ),
    Fails(
        "ADR606",
        "a test executes no governed symbol",
        executing_nothing,
        ONE,
        f"- test: {ROUNDED}",
        "executes none of the symbols",
    ),
    Passes(
        "ADR606",
        "a variable leaves no trace",
        lambda scratch: (
            receipts(scratch, NEGATIVE, executes=[], idle=[], untold=["shop.prices.LIMIT"]),
            receipts(scratch, ROUNDED, untold=["shop.prices.LIMIT"]),
            scratch.edit(ONE, "  - shop.prices.Basket.add\n", "  - shop.prices.LIMIT\n"),
        ),
    ),
    Passes(
        "ADR606",
        "nothing is said while the proof is stale",
        lambda scratch: (
            executed_by_none(scratch),
            receipts(scratch, NEGATIVE, test="0" * 64),
        ),
    ),
    Fails(
        "ADR607",
        "another figure",
        lambda scratch: measured(scratch, "1,075 <!--= 0001-sums/frames/ns -->"),
        ONE,
        "1,075 <!--",
        "1,075 is quoted for 0001-sums/frames/ns, which is 1,158",
        fixed=True,
    ),
    Fails(
        "ADR607",
        "beyond its tolerance",
        lambda scratch: measured(scratch, "2000 <!--= 0001-sums/frames/ns ~25% -->"),
        ONE,
        "2000 <!--",
        "beyond 25 %",
        fixed=True,
    ),
    Fails(
        "ADR607",
        "two figures in one line, one of them wrong",
        lambda scratch: measured(
            scratch, "3 <!--= 0001-sums/frames/rows/0 --> and 3.5 <!--= 0001-sums/frames/rows/1 -->"
        ),
        ONE,
        "rows/0",
        "which is 2",
        fixed=True,
    ),
    Fails(
        "ADR607",
        "a share in per cent",
        lambda scratch: measured(scratch, "30 % <!--= 0001-sums/frames/share -->"),
        ONE,
        "30 % <!--",
        "which is 25",
        fixed=True,
    ),
    Fails(
        "ADR607",
        "no such value",
        lambda scratch: measured(scratch, "1 <!--= 0001-sums/frames/us -->"),
        ONE,
        "frames/us",
        "there is no 'us' in '0001-sums/frames'",
    ),
    Fails(
        "ADR607",
        "no such evidence",
        lambda scratch: measured(scratch, "1 <!--= 0009-sums/frames -->"),
        ONE,
        "0009-sums",
        "there is no '0009-sums'",
    ),
    Fails(
        "ADR607",
        "no number",
        lambda scratch: measured(scratch, "1 <!--= 0001-sums/frames/name -->"),
        ONE,
        "frames/name",
        "no number, but a text",
    ),
    Fails(
        "ADR607",
        "a marker on two lines",
        lambda scratch: measured(scratch, "1 <!--= 0001-sums/frames/ns\n-->"),
        ONE,
        "0001-sums/frames/ns",
        "follows no figure on its line",
    ),
    Fails(
        "ADR607",
        "a marker behind words",
        lambda scratch: measured(scratch, "A thousand <!--= 0001-sums/frames/ns -->"),
        ONE,
        "A thousand",
        "follows no figure on its line",
    ),
    Passes("ADR607", "the same figure with commas", measured),
    Passes(
        "ADR607",
        "within its tolerance",
        lambda scratch: measured(scratch, "1000 <!--= 0001-sums/frames/ns ~25% -->"),
    ),
    Passes(
        "ADR607",
        "a share in per cent",
        lambda scratch: measured(scratch, "25 % <!--= 0001-sums/frames/share -->"),
    ),
    Fails(
        "ADR608",
        "an input changed",
        lambda scratch: stale(scratch, MEASURE, "{}", "[]"),
        ONE,
        "inputs: [measure.py]",
        "is older than measure.py",
    ),
    Fails(
        "ADR608",
        "an input is not there",
        lambda scratch: (measured(scratch), scratch.remove(MEASURE)),
        ONE,
        "inputs: [measure.py]",
        "the input 'measure.py' is not there",
    ),
    Fails(
        "ADR608",
        "an input outside of the project",
        lambda scratch: stale(scratch, ONE, "inputs: [measure.py]", "inputs: [../measure.py]"),
        ONE,
        "inputs: [../measure.py]",
        "is outside of the project",
    ),
    Fails(
        "ADR608",
        "more inputs",
        lambda scratch: stale(
            scratch, ONE, "inputs: [measure.py]", "inputs: [measure.py, pyproject.toml]"
        ),
        ONE,
        "inputs: [measure.py, pyproject.toml]",
        "was made from other inputs",
    ),
    Fails(
        "ADR608",
        "another command",
        lambda scratch: stale(
            scratch, ONE, "command: python measure.py", "command: python measure.py -x"
        ),
        ONE,
        "command: python measure.py -x",
        "was made by another command",
    ),
    Fails(
        "ADR608",
        "never made",
        lambda scratch: (measured(scratch), scratch.remove("adr/evidence/0001-sums.json")),
        ONE,
        "- id: 0001-sums",
        "was never made",
    ),
    Fails(
        "ADR608",
        "a damaged file of figures",
        lambda scratch: (measured(scratch), scratch.write("adr/evidence/0001-sums.json", "{")),
        ONE,
        "- id: 0001-sums",
        "is no JSON",
    ),
    Fails(
        "ADR608",
        "a result outside of the project",
        lambda scratch: stale(
            scratch,
            ONE,
            "    inputs: [measure.py]\n",
            "    inputs: [measure.py]\n    result: /etc/figures.json\n",
        ),
        ONE,
        "result: /etc/figures.json",
        "is outside of the project",
    ),
    Fails(
        "ADR608",
        "an id that another has",
        lambda scratch: (
            measured(scratch),
            scratch.edit(THREE, "---\n\n# 0003.", EVIDENCE.replace("# 0001.", "# 0003.")),
        ),
        THREE,
        "- id: 0001-sums",
        "is that of evidence of ADR-0001 too",
    ),
    Passes("ADR608", "made from what is there", measured),
    Passes(
        "ADR608",
        "a superseded record keeps its old figures",
        lambda scratch: superseded_with(
            scratch,
            "evidence:\n  - id: 0002-old\n    command: python gone.py\n    inputs: [gone.py]\n",
        ),
    ),
    Fails("ADR609", "never run", sample, ONE, "```python", "it was never seen running"),
    Passes("ADR609", "it says that it is not run", lambda scratch: sample(scratch, "python norun")),
    Passes("ADR609", "it is in another language", lambda scratch: sample(scratch, "text")),
]

_BREAKS_WHEN = """\
    breaks-when:
      - in: shop.store.Store.basket
        replace: self._baskets.setdefault(name, Basket())
        with: Basket()
"""
_PROOFS = f"""\
proofs:
  - test: {BASKET}
    shows: who comes back finds the same basket
{_BREAKS_WHEN}"""
