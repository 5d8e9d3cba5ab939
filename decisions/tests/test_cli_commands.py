"""Each command says what was done, for people and as JSON."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from scratch import ONE, THREE, TWO, Scratch
from typer.testing import CliRunner, Result

from mkdocs_decisions.cli import app


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    scratch = Scratch(tmp_path / "shop")
    monkeypatch.chdir(scratch.root)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return scratch


def run(*arguments: str, ends: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == ends, (result.output, result.exception)
    return result


def told(*arguments: str, ends: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", ends=ends).stdout)


def test_new_tells_the_path(shop: Scratch) -> None:
    first = run("new", "Prices in euros", "--source", "Issue 12", "--governs", "shop.prices")
    assert first.stdout == "adr/0004-prices-in-euros.md\n"
    assert "source: Issue 12\n" in shop.read("adr/0004-prices-in-euros.md")
    assert told("new", "Next", "--supersedes", "1", "--supersedes", "3") == {
        "path": "adr/0005-next.md"
    }
    assert 'supersedes: ["0001", "0003"]' in shop.read("adr/0005-next.md")


def test_a_life_from_proposed_to_superseded(shop: Scratch) -> None:
    run("new", "Prices in euros", "--supersedes", "1", "--source", "Issue 12")
    accepted = run("accept", "4", "--answer", "Euros, because of the bank.")
    assert accepted.stdout.splitlines() == [ONE, "adr/0004-prices-in-euros.md"]
    run("new", "Prices in crowns", "--source", "Issue 13")
    assert told("reject", "5", "--answer", "Nobody asked.") == {
        "changed": ["adr/0005-prices-in-crowns.md"]
    }
    assert told("deprecate", "3") == {"changed": [THREE]}
    assert told("supersede", "3", "--by", "4") == {
        "changed": [THREE, "adr/0004-prices-in-euros.md"]
    }
    assert [(each["id"], each["status"]) for each in told("list")] == [
        ("0001", "superseded"),
        ("0002", "superseded"),
        ("0003", "superseded"),
        ("0004", "accepted"),
        ("0005", "rejected"),
    ]


def test_supersede_needs_a_successor(shop: Scratch) -> None:
    assert "--by" in run("supersede", "1", ends=2).output


def test_renumber_tells_what_it_repaired_and_what_it_could_not(shop: Scratch) -> None:
    shop.write("docs/picture.png", b"\xff ADR-0001")
    done = run("renumber", "1", "9")

    assert done.stdout.splitlines() == [
        f"{ONE} -> adr/0009-prices-are-whole-cents.md",
        THREE,
        "docs/index.md",
        "src/shop/prices.py",
    ]
    assert done.stderr == (
        "not repaired: docs/picture.png:1: citations of the record: it can't be read as UTF-8\n"
    )
    assert told("renumber", "9")["new"] == "adr/0010-prices-are-whole-cents.md"


def test_list_and_show(shop: Scratch) -> None:
    assert [
        line.split("\t")[0] for line in run("list", "--tag", "storage").stdout.splitlines()
    ] == [
        "0002",
        "0003",
    ]
    assert told("list", "--status", "superseded")[0]["path"] == TWO
    assert told("list", "--governs", "Basket")[0]["id"] == "0001"
    shown = run("show", "ADR-2").stdout
    assert shown.startswith(f"{TWO}\n")
    assert "superseded-by:  0003 Baskets in memory" in shown
    assert "## Considered Options" in shown
    assert told("show", "2")["text"].count("## ") == told("show", "1")["text"].count("## ")
    assert "is not one of" in run("list", "--status", "done", ends=2).output.replace("\n", " ")


def test_where(shop: Scratch) -> None:
    line = shop.line("src/shop/prices.py", "# ADR-0001")
    assert run("where", "shop.prices.total").stdout == (
        f"shop.prices.total (src/shop/prices.py:{line + 1})\n"
        "0001\taccepted\titself\tshop.prices.total\trounds once, at the end\n"
        f"ADR-0001 is marked at src/shop/prices.py:{line}\n"
    )
    assert "no record governs it" in run("where", "shop.store.Store.__init__").stdout
    assert told("where", "src/shop/store.py:13")["records"][0]["id"] == "0003"


def test_graph(shop: Scratch) -> None:
    assert run("graph").stdout.startswith("graph RL\n")
    assert run("graph", "--format", "dot").stdout.startswith("digraph decisions {")
    run("graph", "--format", "svg", "--output", "graph.svg")
    assert shop.read("graph.svg").startswith("<svg ")
    data = json.loads(run("graph", "--format", "json").stdout)
    assert {"source": "0003", "target": "0002", "kind": "supersedes"} in data["edges"]


def test_explain(shop: Scratch) -> None:
    by_code, by_name = run("explain", "adr203"), run("explain", "section-empty")
    assert by_code.stdout == by_name.stdout
    assert by_code.stdout.startswith("# ADR203 section-empty\n")
    assert "To mend:" in by_code.stdout
    every = told("explain")
    assert {"ADR101", "ADR305", "ADR701"} <= {each["code"] for each in every}
    assert all(each["summary"] for each in every)
    assert len(run("explain").stdout.splitlines()) == len(every)
    assert told("explain", "ADR104")["fixable"] is True


def test_schema(shop: Scratch) -> None:
    record = json.loads(run("schema").stdout)
    assert record["properties"]["tags"]["anyOf"][0]["items"]["enum"] == ["prices", "storage"]
    config = json.loads(run("schema", "--config").stdout)
    assert config["properties"]["records"]["default"] == "adr"


def test_what_was_deleted_below_a_folder_that_is_named_is_told(shop: Scratch) -> None:
    shop.init().remove(ONE)

    assert f"{ONE}:1:1: ADR403" in run("check", "adr", "--base", "HEAD", ends=1).stdout
    assert "ADR403" not in run("check", "docs", "--base", "HEAD").stdout


def test_a_link_that_is_named_is_looked_at_itself(shop: Scratch) -> None:
    shop.move(TWO, "elsewhere.md")
    (shop.root / TWO).symlink_to("../elsewhere.md")

    assert f"{TWO}:1:1: ADR102" in run("check", TWO, ends=1).stdout


def test_select_and_ignore_take_families_and_codes(shop: Scratch) -> None:
    shop.edit(ONE, "status: accepted", "status: done")
    shop.edit(ONE, "# 0001.", "# 0002.")

    def codes(*arguments: str, ends: int = 1) -> set[str]:
        found = json.loads(run("check", "--format", "json", *arguments, ends=ends).stdout)
        return {each["code"] for each in found["findings"]}

    assert codes("--select", "ADR1") == {"ADR108", "ADR111"}
    assert codes("--select", "adr108,ADR2") == {"ADR108"}
    assert codes("--select", "ADR1", "--ignore", "ADR108") == {"ADR111"}
    assert codes("--select", "ADR1", "--ignore", "ADR1", ends=0) == set()
    assert not {"ADR108", "ADR111"} & codes("--ignore", "ADR1")


def test_a_base_lets_changes_be_judged(shop: Scratch) -> None:
    shop.init()
    shop.edit(TWO, "status: superseded", "status: accepted")
    shop.edit(TWO, 'superseded-by: ["0003"]\n', "")
    done = run("check", "--base", "main", "--select", "ADR401", "--format", "json", ends=1)

    (found,) = json.loads(done.stdout)["findings"]
    assert (found["code"], found["path"]) == ("ADR401", TWO)


def test_review(shop: Scratch) -> None:
    shop.init()
    shop.edit("src/shop/prices.py", "price < 0", "price < 1")
    assert "ADR701" in run("review", "--base", "main").stdout
    run("review", "--base", "main", "--format", "markdown", "--output", "review.md")
    assert "shop.prices.Basket.add" in shop.read("review.md")
    assert json.loads(run("review", "--base", "main", "--format", "json").stdout)
    assert json.loads(run("review", "--base", "main", "--format", "sarif").stdout)
    head = run("review", "--base", "main", "--head", "main").stdout
    assert "ADR701" not in head


def test_prove_and_refresh(shop: Scratch) -> None:
    shop.edit("tests/test_store.py", "is store.basket", "is not store.basket")
    shop.write("size.py", "print('{\"size\": 3}')\n")
    shop.edit(ONE, "proofs:", "evidence:\n  - id: size\n    command: python size.py\nproofs:")
    proved = run("prove", "3", ends=1)
    assert "1 test fails on the clean code" in proved.stdout
    assert run("prove", "1", "--stale", "--jobs", "1").stdout.endswith(
        "proofs: 3 mutants seen failing, 2 tests passed\n"
    )
    assert "seen before" in run("prove", "1", "--stale").stdout
    refreshed = run("refresh")
    assert refreshed.stdout.startswith("0001 size: changed adr/evidence/size.json\n")
    assert "unchanged" in run("refresh", "1").stdout


def test_export(shop: Scratch) -> None:
    assert run("export", "pages").stdout == "the pages are in pages\n"
    assert (shop.root / "pages/index.md").exists()
    assert run("export", "adr/README.md/x", ends=2).stderr.startswith("error[ADR040]")


def test_records_of_another_format_are_listed(shop: Scratch) -> None:
    shop.write("old/0001-a.md", "# 1. Use A\n\n## Status\n\nAccepted\n")
    shop.write("old/0002-b.md", "# 2. Use B\n\nSupersedes nothing that it says.\n")
    shop.write("old/notes.txt", "no record\n")
    rows = [
        line.split("\t") for line in run("list", "old", "--format-in", "auto").stdout.splitlines()
    ]

    assert rows[0][:4] == ["0001", "accepted", "", "Use A"]
    assert rows[1][1] == ""
    assert "status" in rows[1][5]
    assert len(told("list", "old", "--format-in", "auto", "--status", "accepted")["records"]) == 1
    assert "go together" in run("list", "old", ends=2).output
    tagged = run("list", "old", "--format-in", "auto", "--tag", "x", ends=2)
    assert "by --status only" in tagged.output


def test_a_forge_is_told_the_path_in_the_repository(tmp_path: Path) -> None:
    shop = Scratch(tmp_path / "tools/shop")
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    shop.edit(ONE, "status: accepted", "status: agreed")

    def said(format_: str) -> str:
        return run("--root", str(shop.root), "check", "--format", format_, ends=1).output

    assert f"file=tools/shop/{ONE}" in said("github")
    assert f'"tools/shop/{ONE}"' in said("sarif")
    assert said("text").startswith(f"{ONE}:")
