"""A test is found by its id as pytest would collect it, with what it asserts and what skips it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from memory_tree import MemoryTree

from mkdocs_decisions.cache import Cache
from mkdocs_decisions.symbols import NotStatic, Unreadable
from mkdocs_decisions.testmap import Test, TestNotFound, Tests

FILE = "tests/test_x.py"


def mapped(files: dict[str, str | bytes] | str) -> Tests:
    given = {FILE: files} if isinstance(files, str) else files
    return Tests(MemoryTree(given), ["tests"], Cache())


def find(text: str, name: str = "test_a") -> Test:
    return mapped(text).find(f"{FILE}::{name}")


COLLECTED = """\
import unittest
from unittest import TestCase as Case
import pytest
from shared import test_shared, helper as test_renamed, Base
from .relative import test_relative

def test_a(): assert 1 == 1

async def test_async():
    assert 1 == 1

@pytest.mark.parametrize("x", [1, 2])
def test_parameters(x): assert x

class TestC:
    def test_method(self): assert 1 == 1
    class TestInner:
        def test_deep(self): assert 1 == 1

class Common:
    def test_common(self): assert 1 == 1

class TestInherits(Common, Base): ...

class Old(Case):
    def test_old(self): self.assertEqual(1, 1)

test_other_name = helper = test_a

if True:
    def test_below(): assert 1 == 1
"""
SHARED = """\
def test_shared(): assert 1 == 1
def helper(): assert 1 == 1
class Base:
    def test_base(self): assert 1 == 1
"""
FILES: dict[str, str | bytes] = {
    FILE: COLLECTED,
    "tests/shared.py": SHARED,
    "tests/relative.py": "def test_relative(): assert 1 == 1\n",
    "tests/__init__.py": "",
}
PLACES = {
    "test_a": (FILE, 7),
    "test_async": (FILE, 9),
    "test_parameters[2-a::b]": (FILE, 12),
    "TestC::test_method": (FILE, 16),
    "TestC::TestInner::test_deep": (FILE, 18),
    "TestInherits::test_common": (FILE, 21),
    "TestInherits::test_base": ("tests/shared.py", 4),
    "Old::test_old": (FILE, 26),
    "test_shared": ("tests/shared.py", 1),
    "test_renamed": ("tests/shared.py", 2),
    "test_relative": ("tests/relative.py", 1),
    "test_other_name": (FILE, 7),
    "test_below": (FILE, 31),
}


@pytest.mark.parametrize("name", PLACES)
def test_what_pytest_collects_is_found_where_it_is_written(name: str) -> None:
    found = mapped(FILES).find(f"{FILE}::{name}")
    assert (found.path, found.line) == PLACES[name]
    assert found.id == f"{FILE}::{name}"
    assert found.assertions == 1
    assert found.skipped is None


def test_pytest_collects_the_same(tmp_path: Path) -> None:
    files = {**FILES, "tests/__init__.py": "", "tests/shared.py": SHARED}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        content = str(text).replace("from shared", "from tests.shared")
        (tmp_path / path).write_text(content, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    collected = {
        line.partition("[")[0] for line in shown.stdout.splitlines() if line.startswith("tests/")
    }
    tree = {
        path: str(text).replace("from shared", "from tests.shared") for path, text in files.items()
    }
    assert collected == {f"{FILE}::{name.partition('[')[0]}" for name in PLACES}
    for test_id in collected:
        assert mapped(tree).find(test_id).assertions == 1


@pytest.mark.parametrize(
    ("test_id", "missing", "near"),
    [
        (f"{FILE}::test_b", "test_b", f"{FILE}::test_a"),
        (f"{FILE}::TestC::test_methods", "test_methods", f"{FILE}::TestC::test_method"),
        (f"{FILE}::TestD::test_method", "TestD", f"{FILE}::TestC::test_method"),
        (f"{FILE}::test_method", "test_method", f"{FILE}::TestC::test_method"),
        ("tests/test_y.py::test_a", "tests/test_y.py", f"{FILE}::test_a"),
        (FILE, FILE, ""),
        (f"{FILE}::", FILE, ""),
        ("tests/shared.py::test_shared", "tests/shared.py", ""),
        ("other/test_x.py::test_a", "other/test_x.py", ""),
        ("tests/../test_x.py::test_a", "tests/../test_x.py", ""),
        (f"{FILE}::helper", "helper", ""),
        (f"{FILE}::Common::test_common", "Common", ""),
        (f"{FILE}::TestC", "TestC", f"{FILE}::TestC::test_method"),
        (f"{FILE}::test_a::test_b", "test_a", ""),
        ("", "", ""),
    ],
)
def test_what_pytest_does_not_collect_is_not_found(test_id: str, missing: str, near: str) -> None:
    with pytest.raises(TestNotFound) as raised:
        mapped(FILES).find(test_id)
    assert (raised.value.missing, raised.value.near) == (missing, near)
    assert raised.value.message


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        (
            "class TestC:\n    def __init__(self): ...\n    def test_a(self): ...",
            "TestC::test_a",
            "init",
        ),
        (
            "class TestC:\n    __test__ = False\n    def test_a(self): ...",
            "TestC::test_a",
            "no test",
        ),
        ("import pytest\n@pytest.fixture\ndef test_a(): ...", "test_a", "fixture"),
    ],
)
def test_what_looks_like_a_test_and_is_none_is_not_found(text: str, name: str, why: str) -> None:
    with pytest.raises(TestNotFound, match=why):
        find(text, name)


@pytest.mark.parametrize(
    "text",
    [
        "from elsewhere import *\n",
        "from elsewhere import test_a\n",
        "globals()['test_a'] = f\n",
        "test_a = make()\n",
    ],
)
def test_what_may_be_made_at_run_time_is_not_called_missing(text: str) -> None:
    with pytest.raises(NotStatic):
        find(text)


def test_a_file_that_is_no_python_is_named_with_its_line() -> None:
    with pytest.raises(Unreadable) as raised:
        find("x = 1\ndef test_a(:\n")
    assert (raised.value.path, raised.value.line) == (FILE, 2)


def test_imports_in_a_circle_end() -> None:
    files: dict[str, str | bytes] = {
        FILE: "from .test_y import test_a\n",
        "tests/test_y.py": "from .test_x import test_a\n",
    }
    with pytest.raises(NotStatic, match="circle"):
        mapped(files).find(f"{FILE}::test_a")


def test_the_names_that_the_configuration_gives_are_used() -> None:
    files: dict[str, str | bytes] = {
        "pyproject.toml": """\
        [tool.pytest.ini_options]
        python_files = "check_*.py"
        python_functions = ["it_*", "check"]
        python_classes = "When"
        """,
        "tests/check_x.py": "def it_holds(): ...\nclass WhenOpen:\n    def check_it(self): ...\n",
    }
    tests = mapped(files)
    assert tests.paths() == ["tests/check_x.py"]
    assert tests.ids("tests/check_x.py") == [
        "tests/check_x.py::it_holds",
        "tests/check_x.py::WhenOpen::check_it",
    ]
    with pytest.raises(TestNotFound):
        tests.find("tests/test_x.py::test_a")


SKIPPED = {
    "@pytest.mark.skip(reason='why')\ndef test_a(): ...": "pytest.mark.skip(reason='why')",
    "@pytest.mark.skipif(x, reason='y')\ndef test_a(): ...": "pytest.mark.skipif(x, reason='y')",
    "@pytest.mark.xfail\ndef test_a(): ...": "pytest.mark.xfail",
    "@unittest.skip('x')\ndef test_a(): ...": "unittest.skip('x')",
    "@unittest.expectedFailure\ndef test_a(): ...": "unittest.expectedFailure",
    "from unittest import skipIf\n@skipIf(x, 'y')\ndef test_a(): ...": "skipIf(x, 'y')",
    "slow = pytest.mark.skipif(x)\n@slow\ndef test_a(): ...": "pytest.mark.skipif(x)",
    "pytestmark = pytest.mark.skip\ndef test_a(): ...": "pytest.mark.skip",
    "pytestmark = [pytest.mark.a, pytest.mark.xfail]\ndef test_a(): ...": "pytest.mark.xfail",
    "pytest.skip('x', allow_module_level=True)\ndef test_a(): ...": (
        "pytest.skip('x', allow_module_level=True)"
    ),
    "def test_a():\n    'doc'\n    pytest.skip('x')\n    assert a": "pytest.skip('x')",
    "def test_a():\n    raise unittest.SkipTest('x')": "unittest.SkipTest('x')",
    "def test_a():\n    pytest.xfail()": "pytest.xfail()",
    "def test_a():\n    if x:\n        pytest.skip('x')\n    assert a": None,
    "@pytest.mark.parametrize('skip', [1])\ndef test_a(skip): ...": None,
    "def skip(f): return f\n@skip\ndef test_a(): ...": None,
}


@pytest.mark.parametrize("text", SKIPPED)
def test_what_skips_a_test_is_told_as_written(text: str) -> None:
    assert find(f"import pytest, unittest\n{text}\n").skipped == SKIPPED[text]


@pytest.mark.parametrize(
    "text",
    [
        "@skip\nclass TestC:\n    def test_a(self): ...",
        "class TestC:\n    pytestmark = skip\n    def test_a(self): ...",
        "@skip\nclass TestC:\n    class TestD:\n        def test_a(self): ...",
        "@skip\nclass B:\n    def test_a(self): ...\nclass TestC(B): ...",
        "class TestC:\n    def test_a(self):\n        self.skipTest('x')",
    ],
)
def test_what_skips_a_class_skips_its_tests(text: str) -> None:
    name = "TestC::TestD::test_a" if "TestD" in text else "TestC::test_a"
    assert find(f"import pytest\nskip = pytest.mark.skip('x')\n{text}\n", name).skipped


ASSERTIONS = {
    "assert a == b": 1,
    "assert a\n    assert b": 2,
    "for a in b:\n        assert a": 1,
    "with pytest.raises(E):\n        f()": 1,
    "with raises(E):\n        f()": 1,
    "with pytest.warns(W):\n        f()": 1,
    "if a:\n        pytest.fail('x')": 1,
    "self.assertEqual(a, b)": 1,
    "m.assert_called_once_with(a)": 1,
    "np.testing.assert_allclose(a, b)": 1,
    "assert_frame_equal(a, b)": 1,
    "raise AssertionError('x')": 1,
    "helper()\n    helper()": 1,
    "outer()": 1,
    "nothing()": 0,
    "assert_nothing()": 0,
    "def inner():\n        assert a\n    inner()": 1,
    "target(a)": 0,
    "assert True": 0,
    "assert (a, 'text')": 0,
    "a == b": 0,
    "print(a)": 0,
    "...": 0,
    "return\n    assert a": 0,
    "a.fail(b)": 0,
    "raise ValueError\n    assert a": 0,
}


@pytest.mark.parametrize("body", ASSERTIONS)
def test_assertions_are_counted(body: str) -> None:
    text = f"""\
import pytest
from pytest import raises
def nothing(): return a
def assert_nothing(): return a
def helper():
    assert a
    assert b
def outer(): helper()
def test_a():
    {body}
"""
    found = find(text)
    assert found.assertions == ASSERTIONS[body]
    assert found.asserts_nothing is (ASSERTIONS[body] == 0)


HELPED = """\
import pytest
LIMIT = 3
@pytest.fixture
def basket(): return make(3)
@pytest.fixture
def quiet(): yield
def make(n): return [n]
def check(a): assert a
def unused(): ...
@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("n", [1, 2])
def test_a(basket, n):
    check(basket)
class TestC:
    def verify(self): assert 1 == 1
    def test_a(self): self.verify()
"""


def test_helpers_and_fixtures_of_the_file_are_told_apart() -> None:
    assert [name for name, _ in find(HELPED).helpers] == ["basket", "check", "make", "quiet"]
    assert [name for name, _ in find(HELPED, "TestC::test_a").helpers] == ["TestC.verify"]


@pytest.mark.parametrize(
    ("old", "new", "meaning", "helpers"),
    [
        ("check(basket)", "check(basket)  # why", True, True),
        ("    check(basket)", "    '''Doc.'''\n    check( basket )", True, True),
        ("[1, 2])", "[1])", False, True),
        ('"quiet"', '"loud"', False, False),
        ("check(basket)", "check(n)", False, True),
        ("make(3)", "make(4)", True, False),
        ("assert a", "assert not a", True, False),
        ("def unused(): ...", "def unused(): return 1", True, True),
        ("LIMIT = 3", "LIMIT = 4", True, True),
    ],
)
def test_the_meaning_changes_with_the_code_alone(
    old: str, new: str, meaning: bool, helpers: bool
) -> None:
    before, after = find(HELPED), find(HELPED.replace(old, new))
    assert (before.meaning == after.meaning) is meaning
    assert (before.helpers == after.helpers) is helpers


LEANS = """\
import pytest
CASES = [(1, 2)]
CASES += [(2, 4)]
MORE = list(CASES)
class Double:
    def of(self, n): return 2 * n
@pytest.fixture(autouse=True)
def ready(): yield prepared()
def prepared(): return 1
def setup_module(): LOADED.append(1)
LOADED = []
@pytest.mark.parametrize("case", MORE)
class TestC:
    FACTOR = 2
    pytestmark = pytest.mark.slow
    @pytest.fixture
    def unused(self): return 1
    def setup_method(self): self.double = Double()
    def test_a(self, case):
        assert self.double.of(case[0]) == case[1] * self.FACTOR
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[(1, 2)]", "[]"),
        ("[(2, 4)]", "[]"),
        ("list(CASES)", "[]"),
        ("2 * n", "n"),
        ("yield prepared()", "yield"),
        ("def prepared(): return 1", "def prepared(): return 2"),
        ("LOADED.append(1)", "pass"),
        ('parametrize("case", MORE)', 'parametrize("case", [])'),
        ("FACTOR = 2", "FACTOR = 0"),
        ("mark.slow", "mark.quick"),
        ("self.double = Double()", "self.double = None"),
    ],
)
def test_a_test_is_another_one_if_what_it_leans_on_in_its_file_is(old: str, new: str) -> None:
    before, after = (find(text, "TestC::test_a") for text in (LEANS, LEANS.replace(old, new)))

    assert before.helpers != after.helpers
    assert before.assertions == after.assertions == 1


def test_what_a_test_does_not_lean_on_does_not_count() -> None:
    changed = LEANS.replace("def unused(self): return 1", "def unused(self): return 2")
    changed = f"{changed}OTHER = 1\ndef test_b(): assert OTHER\n"

    assert find(LEANS, "TestC::test_a").helpers == find(changed, "TestC::test_a").helpers


def test_what_is_remembered_says_the_same(tmp_path: Path) -> None:
    tree = MemoryTree({path: textwrap.dedent(str(text)) for path, text in FILES.items()})
    told = []
    for _ in range(2):
        cache = Cache(tmp_path)
        tests = Tests(tree, ["tests"], cache)
        told.append([tests.find(f"{FILE}::{name}") for name in PLACES])
        cache.save()
    assert told[0] == told[1]


def test_what_is_remembered_hangs_on_what_the_configuration_collects(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"tests/test_x.py": "def check_a(): assert a\n"}
    configured = {"pyproject.toml": '[tool.pytest]\npython_functions = ["check"]\n'}
    cache = Cache(tmp_path)
    Tests(MemoryTree({**files, **configured}), ["tests"], cache).find("tests/test_x.py::check_a")
    cache.save()

    with pytest.raises(TestNotFound):
        Tests(MemoryTree(files), ["tests"], Cache(tmp_path)).find("tests/test_x.py::check_a")


def test_a_helper_in_another_file_is_read_anew(tmp_path: Path) -> None:
    for text in (SHARED, SHARED.replace("helper(): assert 1", "helper(): assert 2")):
        cache = Cache(tmp_path)
        tests = Tests(MemoryTree({**FILES, "tests/shared.py": text}), ["tests"], cache)
        digest = tests.find(f"{FILE}::test_renamed").meaning
        cache.save()
        if text == SHARED:
            first = digest
    assert digest != first
