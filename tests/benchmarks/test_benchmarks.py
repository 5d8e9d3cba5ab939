"""The benchmarks work end to end and say what they promise. No figure of time is judged here."""

import json
import platform
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import contextvars, measure, peers, plot, report, workloads
from benchmarks.__main__ import main, sections

WORKLOADS = {"linear", "dag", "async", "concurrent"}
SCALING = {"scaling_linear", "scaling_dag", "scaling_nesting"}


@pytest.fixture(scope="module")
def quick_json(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("benchmarks") / "results.json"
    assert main(["--quick", "--json", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def quick_results(quick_json: Path) -> dict:
    return json.loads(quick_json.read_text("utf-8"))


@pytest.fixture(scope="module")
def committed_results() -> dict:
    return json.loads(plot.RESULTS.read_text("utf-8"))


@pytest.fixture(params=["quick_results", "committed_results"])
def results(request: pytest.FixtureRequest) -> dict:
    return request.getfixturevalue(request.param)


def with_peer(results: dict) -> dict:
    figures = {"us": 10.0, "ratio": 5.0, "quartiles": [4.0, 6.0]}
    peer = {"version": "1.2", "records": False, **dict.fromkeys(WORKLOADS, figures)}
    missing = {"missing": "other is not installed"}
    return {**results, "peers": {"Some library": peer, "Other": missing}}


def test_every_section_is_measured(results):
    assert set(results) >= {"taken", *sections(quick=True)}


def test_results_say_where_and_how_they_were_taken(results):
    assert set(results["taken"]) >= {"date", "command", "python", "pydantic", "cpus", "system"}
    assert results["taken"]["command"].startswith("python -m benchmarks")


def test_results_can_be_printed_alone(capsys):
    assert main(["--quick", "--only", "linear", "--json", "-"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["linear"]["chainweaver"]["ratio"] > 0


def test_results_name_no_machine(quick_json):
    text = quick_json.read_text("utf-8")
    for secret in (platform.node(), str(Path.cwd()), str(Path.home()), sys.executable):
        assert secret not in text


@pytest.mark.parametrize("name", sorted(WORKLOADS))
def test_a_workload_has_times_ratio_and_spread(results, name):
    section = results[name]
    assert section["steps"] == 10
    assert section["plain_us"] > 0
    own = section["chainweaver"]
    assert own["us"] > 0
    assert own["ratio"] > 0
    assert len(own["quartiles"]) == 2


@pytest.mark.parametrize("name", sorted(SCALING))
def test_scaling_is_set_in_ratio_to_the_smallest_size(results, name):
    sizes = results[name]
    assert [each["size"] for each in sizes] == sorted(each["size"] for each in sizes)
    assert sizes[0]["to_smallest"] == 1


@pytest.mark.parametrize(
    ("section", "plain"),
    [
        ("linear", "plain_linear"),
        ("dag", "plain_fan_out_and_in"),
        ("async", "plain_async"),
        ("concurrent", "plain_async"),
        ("scaling_linear", "plain_linear"),
        ("scaling_dag", "plain_fan_out"),
        ("scaling_nesting", "plain_nested"),
    ],
)
def test_nothing_is_timed_before_the_final_contexts_are_equal(monkeypatch, section, plain):
    make = getattr(workloads, plain)

    def wrong(*args):
        run = make(*args)
        if plain == "plain_async":

            async def run_wrong():
                return {**await run(), "value": -1}

            return run_wrong
        return lambda: {**run(), "value": -1}

    monkeypatch.setattr(workloads, plain, wrong)
    monkeypatch.setattr(measure, "compare", lambda *args, **kwargs: pytest.fail("timed"))
    with pytest.raises(workloads.ContextsDifferError):
        sections(quick=True)[section]()


@pytest.mark.parametrize(("ratio", "code"), [(1.19, 0), (1.21, 1)])
def test_check_fails_when_a_bound_is_missed(monkeypatch, capsys, ratio, code):
    figures = {"us": 2.0, "ratio": ratio, "quartiles": [ratio, ratio]}
    section = {"steps": 10, "plain_us": 2.0, "chainweaver": figures, "log_read": figures}
    monkeypatch.setattr(measure, "linear", lambda effort: section)
    assert main(["--quick", "--only", "linear"]) == 0
    assert main(["--quick", "--only", "linear", "--check"]) == code
    assert ("MISSED" in capsys.readouterr().out) is bool(code)


def test_growth_is_seen_even_below_the_cost_of_the_smallest_size():
    sizes = [{"to_smallest": ratio} for ratio in (1.0, 0.4, 0.8, 0.6)]
    assert report.growth(sizes) == pytest.approx(2.0)
    assert report.growth(sizes[:2]) == 1


def test_markdown_tables_hold_every_figure_and_library(results):
    table = report.markdown_table(results)
    for row in report.rows(results):
        assert row.figure.title in table
    assert {row.figure for row in report.rows(results)} == set(report.FIGURES)
    peers_table = report.markdown_peers_table(with_peer(results))
    assert "Some library 1.2" in peers_table
    assert "other is not installed" in peers_table
    columns = {line.count("|") for line in (table + peers_table).splitlines()}
    assert len(columns) == 2 or columns == {8, 7}


def test_peers_table_is_empty_without_peers(quick_results):
    assert report.markdown_peers_table(quick_results) == ""


@pytest.mark.parametrize("dark", [False, True])
def test_plot_is_an_svg_with_a_title_and_no_date(results, tmp_path, dark):
    path = tmp_path / "plot.svg"
    plot.draw(with_peer(results), path, dark=dark)
    root = ElementTree.parse(path).getroot()
    namespace = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.findtext(f"{namespace}title") == plot.alt_text(with_peer(results))
    text = path.read_text("utf-8")
    assert "Some library 1.2" in text
    assert "dc:date" not in text
    assert plot.THEMES[dark]["text"] in text


def test_plot_is_the_same_each_time(results, tmp_path):
    paths = [tmp_path / name for name in ("first.svg", "second.svg")]
    for path in paths:
        plot.draw(results, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_plot_command_draws_the_committed_results(tmp_path):
    path = tmp_path / "plot.svg"
    assert plot.main([str(path)]) == 0
    assert path.stat().st_size > 0


def test_leak_table():
    nothing, all_of_them = ({"variables_alive": count, "values_alive": count} for count in (0, 100))
    assert contextvars.leaks(100) == {
        "created only": nothing,
        "set, then reset": nothing,
        "set and never reset, in a context that lives on": all_of_them,
        "set and reset, and a copy of the context lives on": all_of_them,
        "set in a copied context that is dropped": nothing,
    }


def test_only_the_frame_chain_neither_leaks_nor_is_shared():
    options = contextvars.options(owners=100, loops=10)
    facts = {
        name[0]: (
            figures["left_alive_by_short_lived_executors"]["variables"],
            figures["left_alive_by_short_lived_executors"]["states"],
            figures["task_writes_into_its_parents_state"],
        )
        for name, figures in options.items()
    }
    assert facts == {"a": (100, 100, False), "b": (0, 0, False), "c": (0, 0, True)}


def test_a_peer_that_is_not_there_is_named_with_the_reason():
    measured = peers.measure_with(sys.executable, quick=True)
    assert list(measured) == [peer.title for peer in peers.PEERS]
    # In this interpreter chainweaver is this very package, or is not installed at all.
    assert "chainweaver" in measured["chainweaver (published)"]["missing"]
    for peer in measured.values():
        assert "missing" in peer or set(peer) >= {"version", *WORKLOADS}
