"""Running the rules: severities, suppressions, what was not looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from scratch import ONE, STORE, THREE, Scratch

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.check import check
from mkdocs_decisions.problems import DecisionsError, Finding, Report, Severity

CONTEXT = "Totals were off by a cent. What is a price?"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


def codes(findings: list[Finding]) -> list[str]:
    return [each.code for each in findings]


def configured(scratch: Scratch, line: str) -> None:
    scratch.edit("pyproject.toml", 'records = "adr"', f'records = "adr"\n{line}')


def test_a_finding_has_its_rule_its_place_and_a_way_to_mend_it(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, "See ADR-0003.")

    [finding] = scratch.findings("ADR209")

    assert (finding.code, finding.name) == ("ADR209", "mention-is-no-link")
    assert finding.severity is Severity.ERROR
    assert finding.place == f"{ONE}:{scratch.line(ONE, 'See ADR-0003')}:5"
    assert finding.problem.mend == "write [ADR-0003](0003-baskets-in-memory.md)"


def test_findings_come_in_the_order_of_files_and_lines(scratch: Scratch) -> None:
    scratch.edit(THREE, "Files are slow,", "See ADR-0002.")
    scratch.edit(ONE, CONTEXT, "See ADR-0003.\nSee ADR-0002.")

    places = [(each.problem.path, each.problem.line) for each in scratch.findings("ADR209")]

    assert places == sorted(places)
    assert len(places) == 3


def test_a_severity_can_be_configured(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, "See ADR-0003.")
    configured(scratch, 'severity = { ADR209 = "warning" }')

    report = scratch.report("ADR209")

    assert [each.severity for each in report.findings] == [Severity.WARNING]
    assert not report.failed


def test_a_rule_can_be_switched_off(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, "See ADR-0003.")
    configured(scratch, 'severity = { ADR209 = "off" }')

    assert scratch.findings("ADR209") == []


def test_a_configured_severity_counts_more_than_that_of_a_problem(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, "").edit(ONE, "status: accepted", "status: proposed")
    assert [each.severity for each in scratch.findings("ADR203")] == [Severity.WARNING]

    configured(scratch, 'severity = { ADR203 = "error" }')

    assert [each.severity for each in scratch.findings("ADR203")] == [Severity.ERROR]


@pytest.mark.parametrize("where", ["asked", "configured"])
def test_a_rule_that_is_none_is_named(scratch: Scratch, where: str) -> None:
    if where == "configured":
        configured(scratch, 'severity = { ADR999 = "off" }')

    with pytest.raises(DecisionsError, match="ADR999") as caught:
        scratch.report(*(["ADR999"] if where == "asked" else []))

    assert caught.value.code == "ADR003"


def test_a_suppression_with_a_reason_covers_its_own_line(scratch: Scratch) -> None:
    reason = "<!-- decisions: ignore[ADR209] it is a name -->"
    scratch.edit(ONE, CONTEXT, f"See ADR-0003. {reason}")

    assert scratch.findings("ADR209", "ADR706") == []


def test_a_suppression_that_stands_alone_covers_the_next_line(scratch: Scratch) -> None:
    reason = "<!-- decisions: ignore[ADR209] it is a name -->"
    scratch.edit(ONE, CONTEXT, f"{reason}\n\nSee ADR-0003.\nSee ADR-0002.")

    assert [each.problem.message[:8] for each in scratch.findings("ADR209", "ADR706")] == [
        "ADR-0002"
    ]


def test_a_suppression_in_the_front_matter_is_a_yaml_comment(scratch: Scratch) -> None:
    scratch.edit(ONE, "date: 2026-01-10", "date: 2027-01-10  # decisions: ignore[ADR110] a plan")

    assert scratch.findings("ADR110", "ADR706") == []


def test_a_suppression_in_code_is_a_comment(scratch: Scratch) -> None:
    mark = "    # ADR-0001  # decisions: ignore[ADR510] read only\n    def basket("
    scratch.edit(STORE, "    def basket(", mark)

    assert scratch.findings("ADR510", "ADR706") == []


def test_a_text_in_code_that_looks_like_a_suppression_is_none(scratch: Scratch) -> None:
    scratch.edit(STORE, "class Store:", 'TEXT = "# decisions: ignore[ADR510]"\n\n\nclass Store:')

    assert scratch.findings("ADR510", "ADR706") == []


def test_a_suppression_without_a_reason_suppresses_nothing(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, "See ADR-0003. <!-- decisions: ignore[ADR209] -->")

    findings = scratch.findings("ADR209", "ADR706")

    assert sorted(codes(findings)) == ["ADR209", "ADR706"]
    assert "gives no reason" in findings[-1].problem.message + findings[0].problem.message


def test_a_suppression_that_is_not_used_is_found(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, f"{CONTEXT} <!-- decisions: ignore[ADR209] long gone -->")

    [finding] = scratch.findings("ADR209", "ADR706")

    assert finding.problem.message == "the suppression of ADR209 is not used"


def test_a_suppression_of_a_rule_that_is_none_is_found(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, f"{CONTEXT} <!-- decisions: ignore[ADR2] a slip -->")

    assert codes(scratch.findings("ADR706")) == ["ADR706"]


def test_a_suppression_of_a_rule_that_was_not_run_is_left_alone(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, f"{CONTEXT} <!-- decisions: ignore[ADR209] long gone -->")

    assert scratch.findings("ADR201", "ADR706") == []


def test_only_what_is_asked_for_is_reported_and_all_is_read(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, "See ADR-0003.").edit(THREE, "Files are slow,", "See ADR-0002.")

    report = check(scratch.project(), only=[THREE], codes=["ADR209"])

    assert [each.problem.path for each in report.findings] == [THREE]
    assert report.records == 1, "a verdict covers what was asked for"


def test_a_report_says_what_was_not_looked_at(scratch: Scratch) -> None:
    scratch.write("src/shop/lazy.py", "def __getattr__(name):\n    return name\n")
    scratch.edit(ONE, "- shop.prices.Basket.add\n", "- shop.lazy.total\n")

    notes = scratch.report("ADR502").notes

    assert [(each.path, each.line) for each in notes if "shop.lazy.total" in each.what] == [
        (ONE, scratch.line(ONE, "shop.lazy.total"))
    ]


def test_without_a_base_the_rules_that_need_one_are_named_if_they_are_asked_for(
    scratch: Scratch,
) -> None:
    def untold(*codes: str) -> list[str]:
        notes = scratch.report(*codes).notes
        return [each.what for each in notes if "no base is named" in each.why]

    everything = "ADR302, ADR401, ADR402, ADR403, ADR404, ADR407"
    assert untold() == [f"what changed since a base ({everything})"]
    assert untold("ADR502", "ADR402") == ["what changed since a base (ADR402)"]
    assert untold("ADR502") == []


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("0004-\xfcn\xefcode.md", "0004-unicode.md"),
        ("0004-UPPER.MD", "0004-upper.md"),
        ("4_Stra\xdfe Nr. 7.md", "0004-strasse-nr-7.md"),
        ("0004.md", "0004-slug.md"),
    ],
)
def test_a_better_name_is_offered(scratch: Scratch, name: str, better: str) -> None:
    [found] = scratch.move(THREE, f"adr/{name}").findings("ADR101")

    assert found.problem.mend == f"call it {better}"


@pytest.mark.parametrize("folder", ["source", "src/shop"])
def test_a_package_that_is_not_where_it_is_said_to_be_is_told_so(
    scratch: Scratch, folder: str
) -> None:
    scratch.edit("pyproject.toml", 'shop = "src"', f'shop = "{folder}"')

    found = scratch.findings("ADR502")[0].problem

    assert f"there is no 'shop' in {folder}" in found.message
    assert found.mend == (
        "name in pyproject.toml, [tool.decisions] packages, the folder that shop lies in, "
        "such as src for src/shop"
    )


def test_of_a_change_that_is_no_python_only_the_fault_is_told(scratch: Scratch) -> None:
    [found] = scratch.edit(ONE, "with: price < -1", "with: price < (").findings("ADR605")

    assert found.problem.message.endswith(" leaves no Python: invalid syntax")


def test_a_hidden_file_is_no_record(scratch: Scratch) -> None:
    (scratch.root / "adr/.#0001-prices-are-whole-cents.md").symlink_to("nobody@host.1234")
    scratch.write("adr/.0004-draft.md", "---\n")

    report = scratch.report("ADR101", "ADR102", "ADR103")

    assert (report.findings, report.records) == ([], 3)


@pytest.mark.parametrize(
    ("old", "new", "code", "mend"),
    [
        ("inputs: [measure.py]", "inputs: [measured.py]", "ADR608", "name a file that is there"),
        ("inputs: [measure.py]", "inputs: [../x.py]", "ADR608", "name a file that is there"),
        ("id: sums", "id: sums\n    result: ../x.json", "ADR608", "name a file inside of"),
        ("What is a price?", "What is ADR-0009?", "ADR209", "name a record that is there"),
        ("What is a price?", "What is ADR-0003?", "ADR209", "write [ADR-0003](0003-"),
    ],
)
def test_a_mend_is_one_that_mends(
    scratch: Scratch, old: str, new: str, code: str, mend: str
) -> None:
    evidence = "evidence:\n  - id: sums\n    command: python measure.py\n    inputs: [measure.py]\n"
    scratch.write("measure.py", "print(1)\n").edit(ONE, "proofs:\n", f"{evidence}proofs:\n")

    [found] = scratch.edit(ONE, old, new).findings(code)

    assert found.problem.mend.startswith(mend)


@pytest.mark.parametrize("target", ["nobody@host.1234", "/etc/hostname"])
def test_a_link_in_the_code_that_leads_nowhere_is_told_and_ends_nothing(
    scratch: Scratch, target: str
) -> None:
    (scratch.root / "src/shop/.#prices.py").symlink_to(target)

    report = scratch.report("ADR506")

    assert report.findings == []
    assert "src/shop/.#prices.py" in [note.path for note in report.notes]


def test_a_second_check_remembers_and_says_the_same(scratch: Scratch) -> None:
    scratch.edit(ONE, CONTEXT, "TODO: see ADR-0003.\n\n<!-- later -->")

    def report() -> Report:
        return check(scratch.project(cache=Cache(scratch.root / "cache")))

    first, second = report(), report()

    assert first.findings == second.findings
    assert {"ADR208", "ADR209"} <= set(codes(first.findings))
    scratch.edit(ONE, "TODO: see", "As in")
    assert codes(report().findings).count("ADR208") == codes(first.findings).count("ADR208") - 1


def test_an_empty_folder_has_nothing_wrong_with_it(scratch: Scratch) -> None:
    for path in scratch.project().record_paths:
        scratch.remove(path)
    for path in ("src/shop/prices.py", "docs/index.md"):
        scratch.write(path, "")

    report = scratch.report()

    assert (report.findings, report.records) == ([], 0)
