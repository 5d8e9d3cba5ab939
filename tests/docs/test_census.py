"""The census finds every fence a reader sees, where it stands, and says what it cannot read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import markdown
import pytest
from census import Census, pages, take
from mkdocs.config import load_config
from traps import MARKERS, PLACES, hide, swept
from vocabulary import faults

ROOT = Path(__file__).parents[2]


def page(root: Path, text: str, name: str = "docs/page.md") -> Census:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return take(root)


def said(census: Census) -> list[str]:
    return [str(fault) for fault in faults(census)]


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("place", PLACES)
def test_a_fence_is_found_wherever_it_stands(tmp_path: Path, place: str, marker: str) -> None:
    code = ["x = 1", "", "if x:", "    print(x)", "    #> 1"]
    text, line = hide(place, code, marker)
    census = page(tmp_path, text)
    found = [fence for fence in census.fences if fence.language == "python"]
    assert [(fence.line, fence.source.splitlines()) for fence in found] == [(line, code)]
    assert said(census) == []


def test_a_fence_above_a_rule_is_no_heading(tmp_path: Path) -> None:
    text = "!!! note\n    ```python\n    x = 1\n    ```\n---\n"
    assert [fence.id for fence in page(tmp_path, text).fences] == ["docs/page.md:2"]


def test_fences_of_one_page_are_all_found(tmp_path: Path) -> None:
    text = "\n\n".join(
        place.format("```python\nprint({0})\n```".replace("\n", "\n" + " " * depth))
        for place, depth in [
            ("{}", 0),
            ("!!! note\n\n    {}", 4),
            ("- item\n\n    {}", 4),
            ("{}", 0),
        ]
    )
    assert [fence.line for fence in page(tmp_path, text).fences] == [1, 7, 13, 17]


def test_docstrings_are_found_with_the_lines_of_their_file(tmp_path: Path) -> None:
    module = tmp_path / "chainweaver" / "module.py"
    module.parent.mkdir()
    module.write_text(
        dedent('''\
        """A module.

        ```python
        a = 1
        ```
        """

        LIMIT = 3
        """An attribute.

        ```python
        b = 2
        ```
        """


        class Tool:
            r"""A class.

            Example:
                ```python
                print("\\\\")
                #> \\\\
                ```
            """

            async def run(self, text: str) -> str:
                """Run.

                Args:
                    text: The text. It may be this:
                        ```python
                        c = """3"""
                        ```

                >>> 1 + 1
                2
                """
        ''').replace('c = """3"""', r"c = \"\"\"3\"\"\""),
        encoding="utf-8",
    )
    census = take(tmp_path)
    assert [(fence.id, fence.language, fence.source.strip()) for fence in census.fences] == [
        ("chainweaver/module.py:3", "python", "a = 1"),
        ("chainweaver/module.py:11", "python", "b = 2"),
        ("chainweaver/module.py:21", "python", 'print("\\\\")\n#> \\\\'),
        ("chainweaver/module.py:32", "python", 'c = """3"""'),
        ("chainweaver/module.py:36", "pycon", ">>> 1 + 1\n        2"),
    ]
    assert said(census) == []


def test_a_docstring_whose_lines_cannot_be_counted_is_a_fault(tmp_path: Path) -> None:
    census = page(tmp_path, '"""A.\\n\n```python\na = 1\n```\n"""\n', "chainweaver/module.py")
    assert said(census) == [
        'chainweaver/module.py:1: lines cannot be counted: make the docstring raw, `r"""`'
    ]


# What is wrong with a page, and what the fault says about which line.
WRONG = {
    "no language": ("```\nx = 1\n```", 1, "no language"),
    "an unknown language": ("```py\nx = 1\n```", 1, "language 'py' has no proof"),
    "an unused language": ("```mermaid\ngraph LR\n```", 1, "language 'mermaid' has no proof"),
    "a bare attribute": ('```python test="skip"\nx = 1\n```', 1, "'test=\"skip\"' is no tag"),
    "a bare word": ("```python skip\nx = 1\n```", 1, "'skip' is no tag"),
    "a word in braces": ("```python {skip}\nx = 1\n```", 1, "'skip' is no tag"),
    "a class": ("```python {.skip}\nx = 1\n```", 1, "'.skip' is no tag"),
    "the language in braces": ("```{.python}\nx = 1\n```", 1, "'.python' is no tag"),
    "an unknown tag": ('```python {test="skip"}\nx = 1\n```', 1, "tag 'test' means nothing"),
    "a tag of another language": ('```json {group="a"}\n1\n```', 1, "tag 'group' means nothing"),
    "a tag without quotes": ("```python {group=a}\nx = 1\n```", 1, "'group=a' is no tag"),
    "match without raises": ('```python {match="x"}\nx = 1\n```', 1, "needs 'raises'"),
    "nothing": ("```python\n```", 1, "is empty"),
    "prompts in Python": ("```python\n>>> 1\n1\n```", 1, "prompts belong into a `pycon` fence"),
    "prompts in no fence": ("Words:\n\n    >>> 1\n    1", 3, "a prompt outside a `pycon` fence"),
    "Python in no fence": ("Words:\n\n    x = f(1)", 3, "Python without a fence"),
    "Python in an admonition": ("!!! a\n\n    Words\n\n        f(1)", 5, "Python without a fence"),
    "Python in HTML": ("<pre><code>f(1)</code></pre>", 1, "code in raw HTML"),
    "Python in a text fence": ("```text\nimport os\n```", 1, "prose, and this is Python"),
    "a fence in a text fence": ("````text\n```python\nx\n```\n````", 1, "a fence within a 'text'"),
    "a fence in Markdown": ("````markdown\n```python\nx\n```\n````", 1, "a fence within a 'mark"),
    "a project elsewhere": ('```console {project="a"}\n$ x\n```', 1, "is for the pages of decis"),
    "a fence in a comment": ("<!--\n```python\nx = 1\n```\n-->", 2, "begins no fence"),
    "a fence in HTML": ("<div>\n```python\nx = 1\n```\n</div>", 2, "begins no fence"),
    "no end": ("words\n\n```python\nx = 1\n", 3, "not closed"),
    "an end of another kind": ("```python\nx = 1\n~~~", 1, "not closed"),
    "a short end": ("````python\nx = 1\n```", 1, "not closed"),
    "an end outside its block": ("- ```python\n  x = 1\n```text\na\n```", 1, "not closed"),
    "an end with less indentation": ("!!! a\n\n    ```text\n    x\n```", 3, "not indented as"),
    "an include of nothing": ('```python\n--8<-- "examples/no.py"\n```', 1, "no program of"),
    "an include of another file": (
        '```python {include="examples/a.py"}\n--8<-- "examples/b.py"\n```',
        1,
        "tag 'include' says 'examples/a.py', the fence 'examples/b.py'",
    ),
    "an include with code": ('```python\n--8<-- "examples/b.py"\nx = 1\n```', 1, "nothing else"),
    "an include that a formatter took for code": (
        '```python {include="examples/b.py"}\n--8 < --"examples/b.py"\n```',
        1,
        "nothing else",
    ),
    "an include of a page": ('--8<-- "docs/part.md"', 1, "fences of an included page"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_proved_is_a_fault_that_names_its_line(tmp_path: Path, what: str) -> None:
    text, line, message = WRONG[what]
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "b.py").write_text("", encoding="utf-8")
    found = [f for f in said(page(tmp_path, f"{text}\n")) if f.startswith(f"docs/page.md:{line}: ")]
    assert any(message in fault for fault in found), found


def test_a_group_in_a_docstring_is_a_fault(tmp_path: Path) -> None:
    text = '"""A.\n\n```python {group="a"}\nx = 1\n```\n"""\n'
    assert said(page(tmp_path, text, "chainweaver/module.py")) == [
        "chainweaver/module.py:3: the example of a docstring runs by itself: "
        "tag 'group' is for pages"
    ]


def test_the_fences_of_a_project_are_files_and_commands(tmp_path: Path) -> None:
    text = """\
        ```yaml {project="a"}
        x: 1
        ```

        ```python {project="a" title="a.py" group="b"}
        x = 1
        ```

        ```console {project="a" exit="1"}
        $ decisions check
        ```
        """
    assert said(page(tmp_path, dedent(text), "decisions/docs/a.md")) == [
        "decisions/docs/a.md:1: a file of a project needs a 'title', its path",
        "decisions/docs/a.md:5: a file of a project is written, not run: no group",
    ]


def test_prose_is_no_fault(tmp_path: Path) -> None:
    text = """\
        ---
        proofs:
            - with: |-
                  run(x)
        ---
        # Heading

        Words with `code`, with ``` `more` ```, and a list:

        - item, whose second line is
            indented, or holds f(x) and
            other words
        - > quoted

        ```` ```python ```` in a line is no fence.

        !!! note

            Words. A call in prose:
            see `run(x)`.

        | a | b |
        | --- | --- |
        | `x = 1` | 2 |
        """
    assert said(page(tmp_path, dedent(text))) == []


@pytest.fixture(scope="module")
def census() -> Census:
    return take(ROOT)


@pytest.fixture(scope="module")
def site() -> Iterator[markdown.Markdown]:
    """Python-Markdown, which is no CommonMark, as the site is set up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        config = load_config(str(ROOT / "mkdocs.yml"), plugins=[], hooks=[])
        yield markdown.Markdown(
            extensions=config.markdown_extensions, extension_configs=config.mdx_configs
        )


def test_no_line_that_could_open_a_fence_is_missing(census: Census) -> None:
    counted = {(fence.id, fence.language) for fence in census.fences if fence.marker}
    assert counted == swept(ROOT)


@pytest.mark.parametrize("file", pages(ROOT), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_site_highlights_the_same_fences(
    file: Path, census: Census, site: markdown.Markdown
) -> None:
    text = re.sub(r"\A---\n.*?\n---\n", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    shown = re.findall(r'<div class="language-(\w+)[^"]*highlight', site.reset().convert(text))
    path = file.relative_to(ROOT).as_posix()
    assert shown == [fence.language for fence in census.fences if fence.path == path]
