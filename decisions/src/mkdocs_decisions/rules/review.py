"""What a pull request changes: ADR7xx.

`decisions review` finds these, by comparing two states of the project; the functions here carry
their pages alone. ADR706 is found by what suppresses findings, in `check`.
"""

from __future__ import annotations

from collections.abc import Iterator

from mkdocs_decisions.problems import Problem, Severity
from mkdocs_decisions.project import Project
from mkdocs_decisions.rules import rule


@rule("ADR701", "governed-symbol-changed", scope="review", severity=Severity.WARNING)
def governed_symbol_changed(project: Project) -> Iterator[Problem]:
    """A symbol that an accepted record governs means something else than before.

    Who reads the change should know what was decided about this code, and run the tests that hold
    the decision. Docstrings, comments and formatting have no meaning here, and neither has the
    place of a symbol: what was only moved is listed, and is no finding. What the symbol uses in its
    own module is named apart, as near.

    To mend: compare the change with the record. If the decision still holds, nothing is to be done;
    if not, amend the record or supersede it.

    Fails, where ADR-0001 governs `total` and the base has `return round(sum(prices))`:

    ```python
    def total(prices):
        return sum(prices)
    ```

    Passes:

    ```python
    def total(prices):
        \"\"\"The sum of prices, rounded once.\"\"\"
        return round(
            sum(prices),
        )
    ```
    """
    return iter(())


@rule("ADR702", "governed-signature-broke", scope="review")
def governed_signature_broke(project: Project) -> Iterator[Problem]:
    """A symbol that an accepted record governs can't be used any more as it was used before.

    A parameter is gone, was moved, is needed now, or has another default; a member or a base class
    is gone; the symbol itself is gone. Whoever relied on the decision has relied on that too. Only
    what is meant for users counts: a name without a leading underscore.

    To mend: keep what was there, or amend or supersede the record in the same change: what is
    amended there is a warning, what is superseded there is only listed.

    Fails, where ADR-0001 governs `total` and the base has `def total(prices, discount=0)`:

    ```python
    def total(prices): ...
    ```

    Passes:

    ```python
    def total(prices, discount=0, *, currency="EUR"): ...
    ```
    """
    return iter(())


@rule("ADR703", "proof-weakened", scope="review")
def proof_weakened(project: Project) -> Iterator[Problem]:
    """A proof of an accepted record was deleted, is skipped now, or asserts less than before.

    A decision is held by its tests, and by having seen them fail. A change that breaks a decision
    and its proof at once passes every other check. Counted are the tests that the record names,
    the assertions in them, and the mutants under which they must fail.

    To mend: keep the proof, or put one in its place that shows the same. If the decision is given
    up, supersede the record in the same change.

    Fails, where the base has the same test without a mark:

    ```python
    import pytest


    @pytest.mark.skip
    def test_half_a_cent_is_rounded():
        assert round(33.5) == 34
    ```

    Passes:

    ```python
    def test_half_a_cent_is_rounded():
        assert round(33.5) == 34
        assert round(16.5) == 16
    ```
    """
    return iter(())


@rule("ADR706", "suppression-at-fault", scope="review")
def suppression_at_fault(project: Project) -> Iterator[Problem]:
    """A suppression gives no reason, is not used, or names no rule.

    A suppression is a decision too: who reads it must learn why it is there. One that suppresses
    nothing any more would hide the next finding on its line, unseen.

    To mend: write the reason after the bracket, or delete the comment.

    Fails:

    ```markdown
    <!-- decisions: ignore[ADR209] -->
    As ADR-0003 says, ...
    ```

    Passes:

    ```markdown
    <!-- decisions: ignore[ADR209] the record lives in another repository -->
    As ADR-0003 says, ...
    ```
    """
    return iter(())


@rule("ADR707", "not-looked-at", scope="review", severity=Severity.WARNING)
def not_looked_at(project: Project) -> Iterator[Problem]:
    """Something was not looked at, so that no verdict covers it.

    A file can't be parsed, a symbol is made when the program runs, there is no base to compare
    with. Silence about it would look like approval. `decisions check` and `decisions review` list
    it below the findings; it fails nothing.

    To mend: make it readable, or look at it yourself. A symbol that is made at run time can be
    governed by the function that makes it.

    Fails, where a record governs `shop.prices.total`:

    ```python
    globals()["total"] = sum
    ```

    Passes:

    ```python
    def total(prices): ...
    ```
    """
    return iter(())
