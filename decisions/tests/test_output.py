"""A report says the same in every format, and nothing in it can pose as something else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch import PRICES, THREE, Scratch

from mkdocs_decisions.output import FORMATS, render
from mkdocs_decisions.output.github import SHOWN
from mkdocs_decisions.output.json_ import report_schema
from mkdocs_decisions.problems import Edit, Finding, Note, Problem, Report, Severity
from mkdocs_decisions.rules import catalogue

SARIF = jsonschema.Draft7Validator(
    json.loads((Path(__file__).parent / "schemas/sarif-schema-2.1.0.json").read_text())
)
HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "a\n::set-output name=x::y",
    "::error::gone",
    "  ::stop-commands::x",
    "##[add-path]/evil",
    "<script>alert(1)</script>",
    "[click](https://evil.example)",
    "@everyone, #1: 100% `code` | cell",
    "\u202eright to left\u2066",
    "line\u2028separator\x85\r\n",
    "name\udcff.md",
    "\x00\x08\x7f",
    "",
]

hostile = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))
numbers = st.integers(1, 99_999)
edits = st.builds(
    Edit,
    kind=st.sampled_from(["text", "set", "rename-key", "remove-key", "append", "rename"]),
    path=hostile,
    line=st.integers(0, 99),
    key=hostile,
    old=hostile,
    new=hostile,
)
problems = st.builds(
    Problem,
    path=hostile,
    line=numbers,
    column=numbers,
    message=hostile,
    mend=hostile,
    fix=st.lists(edits, max_size=2).map(tuple),
)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    rule = draw(st.sampled_from(list(catalogue().values())))
    severity = draw(st.sampled_from([Severity.ERROR, Severity.WARNING]))
    return Finding(rule.code, rule.name, severity, draw(problems))


reports = st.builds(
    Report,
    findings=st.lists(findings(), max_size=25),
    notes=st.lists(st.builds(Note, path=hostile, line=numbers, what=hostile, why=hostile)),
    records=st.integers(0, 2_000),
)

FINDING = Finding(
    "ADR209",
    "bare-mention",
    Severity.ERROR,
    Problem("adr/0003-x.md", 7, 14, "ADR-0002 does not say so", "write it there"),
)
WARNED = Finding(
    "ADR408",
    "review-overdue",
    Severity.WARNING,
    Problem("adr/0001-y.md", 4, 1, "review-by has passed", "look at it again"),
)
NOTE = Note("src/shop/made.py", 3, "the symbol shop.made.total", "it is made at run time")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The workflow commands in a log, decoded as GitHub's runner does it."""

    def decoded(part: str, *, is_property: bool = False) -> str:
        if is_property:
            part = part.replace("%3A", ":").replace("%2C", ",")
        return part.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")

    found = []
    for line in re.split(r"\r\n|\r|\n", text.removesuffix("\n")) if text else []:
        match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
        assert match, line
        pairs = [part.partition("=") for part in match[2].split(",")]
        held = {key: decoded(value, is_property=True) for key, _, value in pairs}
        found.append((match[1], held, decoded(match[3])))
    return found


# -- text --------------------------------------------------------------------------------------


def test_text_names_place_code_severity_and_how_to_mend() -> None:
    report = Report([FINDING, WARNED], [NOTE], records=7)

    assert render(report) == (
        "adr/0003-x.md:7:14: ADR209 error ADR-0002 does not say so\n"
        "  mend: write it there\n"
        "adr/0001-y.md:4:1: ADR408 warning review-by has passed\n"
        "  mend: look at it again\n"
        "\n"
        "not looked at:\n"
        "  src/shop/made.py:3: the symbol shop.made.total: it is made at run time\n"
        "\n"
        "1 error, 1 warning in 7 records\n"
    )


def test_text_says_that_nothing_is_wrong() -> None:
    assert render(Report(records=1)) == "nothing wrong in 1 record\n"


def test_text_says_how_many_findings_can_be_fixed() -> None:
    problem = Problem("a.md", 1, 1, "wrong", "write b", (Edit("text", "a.md", 1, "", "a", "b"),))
    finding = Finding("ADR209", "bare-mention", Severity.WARNING, problem)

    assert render(Report([finding, WARNED], records=2)).endswith(
        "2 warnings in 2 records; --fix mends 1\n"
    )


def test_colours_change_no_word() -> None:
    report = Report([FINDING, WARNED], [NOTE], records=7)

    coloured = render(report, color=True)

    assert coloured != render(report)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render(report)


@given(reports)
def test_text_has_the_lines_that_are_meant_and_no_command(report: Report) -> None:
    text = render(report)

    assert all(each == "\n" or each.isprintable() for each in text)
    mends = sum(bool(each.problem.mend) for each in report.findings)
    heads = (1 if report.findings else 0) + (2 if report.notes else 0)
    expected = len(report.findings) + mends + heads + len(report.notes) + 1
    assert text.count("\n") == expected
    assert not re.search(r"^\s*::|##\[|##vso", text, re.MULTILINE)


# -- JSON --------------------------------------------------------------------------------------


def test_json_holds_everything() -> None:
    fix = (Edit("set", "adr/0002-z.md", key="superseded-by", new="0003"),)
    problem = Problem("adr/0003-x.md", 7, 14, "ADR-0002 does not say so", "write it there", fix)
    finding = Finding("ADR209", "bare-mention", Severity.ERROR, problem)

    assert json.loads(render(Report([finding, WARNED], [NOTE], records=7), "json")) == {
        "version": 1,
        "findings": [
            {
                "code": "ADR209",
                "name": "bare-mention",
                "severity": "error",
                "path": "adr/0003-x.md",
                "line": 7,
                "column": 14,
                "message": "ADR-0002 does not say so",
                "mend": "write it there",
                "fix": [
                    {
                        "kind": "set",
                        "path": "adr/0002-z.md",
                        "line": 0,
                        "key": "superseded-by",
                        "old": "",
                        "new": "0003",
                    }
                ],
            },
            {
                "code": "ADR408",
                "name": "review-overdue",
                "severity": "warning",
                "path": "adr/0001-y.md",
                "line": 4,
                "column": 1,
                "message": "review-by has passed",
                "mend": "look at it again",
                "fix": [],
            },
        ],
        "notes": [
            {
                "path": "src/shop/made.py",
                "line": 3,
                "what": "the symbol shop.made.total",
                "why": "it is made at run time",
            }
        ],
        "summary": {
            "failed": True,
            "records": 7,
            "errors": 1,
            "warnings": 1,
            "fixable": 1,
            "not-looked-at": 1,
        },
    }


@given(reports)
def test_json_keeps_to_its_schema_and_loses_nothing(report: Report) -> None:
    text = render(report, "json")

    assert text.isascii()
    assert all(each == "\n" or each.isprintable() for each in text)
    data = json.loads(text)
    jsonschema.Draft202012Validator(report_schema()).validate(data)
    assert [each["path"] for each in data["findings"]] == [
        each.problem.path for each in report.findings
    ]
    assert [each["message"] for each in data["findings"]] == [
        each.problem.message for each in report.findings
    ]


# -- GitHub ------------------------------------------------------------------------------------


def test_annotations_put_errors_first() -> None:
    text = render(Report([WARNED, FINDING], [NOTE], records=7), "github", prefix="sub/")

    assert commands(text) == [
        (
            "error",
            {
                "file": "sub/adr/0003-x.md",
                "line": "7",
                "col": "14",
                "title": "ADR209 bare-mention",
            },
            "ADR-0002 does not say so\nmend: write it there",
        ),
        (
            "warning",
            {
                "file": "sub/adr/0001-y.md",
                "line": "4",
                "col": "1",
                "title": "ADR408 review-overdue",
            },
            "review-by has passed\nmend: look at it again",
        ),
        (
            "notice",
            {"title": "1 thing not looked at"},
            "src/shop/made.py:3: the symbol shop.made.total: it is made at run time",
        ),
    ]


def test_what_github_would_not_show_is_summed_up_in_the_last_annotation() -> None:
    found = commands(render(Report([FINDING] * 9 + [WARNED] * 4 + [FINDING] * 5), "github"))

    assert [level for level, *_ in found] == ["error"] * SHOWN + ["warning"] * 4
    assert found[SHOWN - 1][1:] == ({"title": "5 errors more"}, "ADR209 bare-mention: 5")


@given(reports)
def test_annotations_can_be_read_back_and_are_no_more_than_are_shown(report: Report) -> None:
    found = commands(render(report, "github"))

    levels = [level for level, *_ in found]
    assert levels == sorted(levels, key=["error", "warning", "notice"].index)
    assert all(levels.count(level) <= SHOWN for level in ("error", "warning"))
    for _, properties, message in found:
        assert set(properties) in ({"file", "line", "col", "title"}, {"title"})
        assert all(each.isprintable() for each in properties.values())
        assert all(each == "\n" or each.isprintable() for each in message)


# -- SARIF -------------------------------------------------------------------------------------


def test_sarif_says_where_and_how_to_mend() -> None:
    run = json.loads(render(Report([FINDING], [NOTE]), "sarif", prefix="a b/"))["runs"][0]

    [result] = run["results"]
    assert result["message"]["text"] == "ADR-0002 does not say so. To mend: write it there."
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "ADR209"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/adr/0003-x.md", "uriBaseId": "ROOT"},
        "region": {"startLine": 7, "startColumn": 14},
    }
    [invocation] = run["invocations"]
    assert invocation["exitCode"] == 1
    assert [each["message"]["text"] for each in invocation["toolExecutionNotifications"]] == [
        "Not looked at: the symbol shop.made.total: it is made at run time."
    ]


def test_sarif_carries_the_page_of_every_rule() -> None:
    driver = json.loads(render(Report(), "sarif"))["runs"][0]["tool"]["driver"]

    assert [each["id"] for each in driver["rules"]] == list(catalogue())
    for each in driver["rules"]:
        assert each["help"]["markdown"] == catalogue()[each["id"]].text
        assert each["helpUri"].endswith(f"/rules/{each['id']}/")


def fixes(report: Report, scratch: Scratch) -> list[object]:
    run = json.loads(render(report, "sarif", tree=scratch.project().tree))["runs"][0]
    return [result.get("fixes") for result in run["results"]]


def test_sarif_has_the_fix_where_it_is_a_replacement_of_text(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    line = scratch.line(PRICES, "LIMIT =")
    texts = (Edit("text", PRICES, line, old="1_000_000", new="2_000_000"),)
    anywhere = (Edit("text", THREE, old="Memory", new="Store"),)
    keys = (*texts, Edit("set", THREE, key="status", new="accepted"))
    absent = (Edit("text", PRICES, line, old="not there", new=""),)
    reports = [
        Report([Finding("ADR504", "x", Severity.ERROR, Problem(PRICES, line, 1, "a", "b", each))])
        for each in (texts, anywhere, keys, absent)
    ]

    found = [fixes(each, scratch)[0] for each in reports]

    assert found[0] == [
        {
            "description": {"text": "b"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": PRICES, "uriBaseId": "ROOT"},
                    "replacements": [
                        {
                            "deletedRegion": {
                                "startLine": line,
                                "startColumn": 9,
                                "endColumn": 18,
                            },
                            "insertedContent": {"text": "2_000_000"},
                        }
                    ],
                }
            ],
        }
    ]
    replaced = found[1][0]["artifactChanges"][0]["replacements"]
    assert len(replaced) == scratch.read(THREE).count("Memory")
    assert found[2:] == [None, None]


def test_a_fingerprint_stays_when_lines_move_and_tells_twins_apart() -> None:
    moved = Problem("adr/0003-x.md", 70, 1, "ADR-0002 does not say so", "write it there")
    findings = [FINDING, Finding("ADR209", "bare-mention", Severity.ERROR, moved)]

    def prints(*found: Finding) -> list[str]:
        results = json.loads(render(Report(list(found)), "sarif"))["runs"][0]["results"]
        return [each["partialFingerprints"]["decisions/v1"] for each in results]

    assert prints(findings[0]) == prints(findings[1])
    assert len(set(prints(*findings))) == 2


@settings(max_examples=25)
@given(reports)
def test_sarif_is_valid_and_shows_no_markup(report: Report) -> None:
    text = render(report, "sarif")

    assert text.isascii()
    data = json.loads(text)
    SARIF.validate(data)
    for each, result in zip(report.findings, data["runs"][0]["results"], strict=True):
        told = result["message"]["text"]
        assert told.isprintable()
        assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", told)
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w.~/%-]*", uri, re.ASCII)
        path = each.problem.path.encode("utf-8", "surrogateescape")
        assert unquote_to_bytes(uri) == path


def test_sarif_of_a_whole_check_is_valid(tmp_path: Path) -> None:
    report = Scratch(tmp_path).edit(THREE, "status: accepted", "status: accept3d").report()
    assert report.findings

    SARIF.validate(json.loads(render(report, "sarif")))


def test_a_format_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'xml'"):
        render(Report(), "xml")
    assert all(render(Report(), each) is not None for each in FORMATS)
