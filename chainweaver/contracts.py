"""What a tool promises (`ToolSafetyContract`), and the predicates that branches are chosen by."""

from __future__ import annotations

import ast
import operator
import warnings
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from chainweaver.exceptions import PredicateSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class SideEffectLevel(StrEnum):
    """What a tool does to the world, by increasing risk."""

    NONE = "none"
    READ = "read"
    WRITE = "write"
    EXTERNAL = "external"
    DESTRUCTIVE = "destructive"


class StabilityLevel(StrEnum):
    """How far a tool's behaviour can be relied on, by increasing risk."""

    STABLE = "stable"
    BEST_EFFORT = "best_effort"
    UNSTABLE = "unstable"


class DeterminismLevel(StrEnum):
    """How far the same input gives the same output, by increasing risk."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


class ToolSafetyContract(BaseModel):
    """What a tool promises about its effects. Frozen.

    Attributes:
        side_effects: What it does to the world.
        read_only: True exactly for the side effects "none" and "read", which is also its
            default.
        stability: How far its behaviour can be relied on.
        determinism_level: How far the same input gives the same output.
        idempotent: Whether a second call changes nothing more.
        cacheable: Whether its output may be cached.
        safe_to_retry: Whether it may be called again after a failure.
        supports_dry_run: Whether it can be rehearsed (`Tool(dry_run_fn=...)`).
        requires_approval: Whether a step must be approved before it runs.
        approval_reason: Why.

    Raises:
        ValidationError: `read_only` conflicts with `side_effects`, or the old name
            `requires_review` with `requires_approval`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    side_effects: SideEffectLevel = SideEffectLevel.NONE
    read_only: bool = True
    stability: StabilityLevel = StabilityLevel.STABLE
    determinism_level: DeterminismLevel = DeterminismLevel.FULL
    idempotent: bool = True
    cacheable: bool = True
    safe_to_retry: bool = True
    supports_dry_run: bool = False
    requires_approval: bool = False
    approval_reason: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _accept_old_name(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "requires_review" not in data:
            return data
        data = dict(data)
        old = data.pop("requires_review")
        if data.setdefault("requires_approval", old) != old:
            raise ValueError(
                "requires_review conflicts with requires_approval; give requires_approval only"
            )
        return data

    @model_validator(mode="after")
    def _derive_read_only(self) -> Self:
        derived = not side_effect_exceeds(self.side_effects, SideEffectLevel.READ)
        if "read_only" not in self.model_fields_set:
            self.__dict__["read_only"] = derived
        elif self.read_only is not derived:
            raise ValueError(
                f"read_only={self.read_only} conflicts with side_effects="
                f"'{self.side_effects.value}'; leave read_only out"
            )
        return self

    @property
    def requires_review(self) -> bool:
        """The old name of `requires_approval`."""
        warnings.warn(
            "requires_review is now called requires_approval", DeprecationWarning, stacklevel=2
        )
        return self.requires_approval


def side_effect_exceeds(level: SideEffectLevel, ceiling: SideEffectLevel) -> bool:
    """Return whether a level of side effects is strictly above another.

    Args:
        level: The level.
        ceiling: What it is compared with.
    """
    return _rank(level) > _rank(ceiling)


def merge_safety(
    contracts: Iterable[ToolSafetyContract], *, default: ToolSafetyContract | None = None
) -> ToolSafetyContract:
    """Return the contract of several tools taken together: the worst of each promise.

    Args:
        contracts: Their contracts.
        default: What to return for none; a plain contract if not given.
    """
    contracts = list(contracts)
    if not contracts:
        return default or ToolSafetyContract()
    reasons = dict.fromkeys(
        contract.approval_reason
        for contract in contracts
        if contract.requires_approval and contract.approval_reason
    )
    return ToolSafetyContract(
        side_effects=max((c.side_effects for c in contracts), key=_rank),
        stability=max((c.stability for c in contracts), key=_rank),
        determinism_level=max((c.determinism_level for c in contracts), key=_rank),
        idempotent=all(c.idempotent for c in contracts),
        cacheable=all(c.cacheable for c in contracts),
        safe_to_retry=all(c.safe_to_retry for c in contracts),
        supports_dry_run=all(c.supports_dry_run for c in contracts),
        requires_approval=any(c.requires_approval for c in contracts),
        approval_reason="; ".join(filter(None, reasons)) or None,
    )


def _rank(level: StrEnum) -> int:
    return list(type(level)).index(level)


def evaluate_predicate(predicate: str, context: Mapping[str, Any]) -> bool:
    """Evaluate a branch's predicate. Nothing of it is ever run as Python code.

    The grammar: names (looked up in the context), constants, subscripts, `not`, `-`, `+`,
    `and`, `or`, comparisons (chained too), tuples, lists and sets.

    Args:
        predicate: The predicate.
        context: The values by name.

    Raises:
        PredicateSyntaxError: It does not parse, uses anything else, names what is not there,
            or a subscript fails.

    Example:
        ```python
        from chainweaver import evaluate_predicate

        context = {"score": 1, "lang": "en"}
        print(evaluate_predicate("score >= 0.5 and lang in ('en', 'de')", context))
        #> True
        ```
    """
    return compile_predicate(predicate)(context)


@lru_cache(maxsize=1024)
def compile_predicate(predicate: str) -> Callable[[Mapping[str, Any]], bool]:
    """Parse and check a predicate once; the result evaluates it against a context.

    Args:
        predicate: The predicate.

    Raises:
        PredicateSyntaxError: It does not parse, or is outside the grammar.
    """
    try:
        tree = ast.parse(predicate.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PredicateSyntaxError(predicate, f"invalid syntax: {error}") from error
    try:
        evaluate = _Compiler(predicate).visit(tree.body)
    except RecursionError as error:
        raise PredicateSyntaxError(predicate, "invalid syntax: nested too deep") from error
    return lambda context: bool(evaluate(context))


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_COLLECTIONS: dict[type[ast.expr], Callable[[list[Any]], Any]] = {
    ast.Tuple: list,
    ast.List: list,
    ast.Set: set,
}


class _Compiler:
    """Turns a syntax tree into functions of the context."""

    def __init__(self, predicate: str) -> None:
        self.predicate = predicate

    def error(self, detail: str) -> PredicateSyntaxError:
        return PredicateSyntaxError(self.predicate, detail)

    def visit(self, node: ast.expr) -> Callable[[Mapping[str, Any]], Any]:
        if isinstance(node, ast.Constant):
            value = node.value
            return lambda context: value
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.Subscript):
            return self.subscript(self.visit(node.value), self.visit(node.slice))
        if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
            apply, operand = _UNARY[type(node.op)], self.visit(node.operand)
            return lambda context: apply(operand(context))
        if isinstance(node, ast.BoolOp):
            return self.short_circuit(
                isinstance(node.op, ast.And), list(map(self.visit, node.values))
            )
        if isinstance(node, ast.Compare):
            return self.compare(node)
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            collect, items = _COLLECTIONS[type(node)], list(map(self.visit, node.elts))
            return lambda context: collect([item(context) for item in items])
        offending = node.op if isinstance(node, ast.UnaryOp) else node
        raise self.error(f"{type(offending).__name__} is not allowed in a predicate")

    def name(self, name: str) -> Callable[[Mapping[str, Any]], Any]:
        def look_up(context: Mapping[str, Any]) -> Any:
            if name not in context:
                raise self.error(f"name '{name}' is not in the context")
            return context[name]

        return look_up

    def subscript(
        self,
        value: Callable[[Mapping[str, Any]], Any],
        key: Callable[[Mapping[str, Any]], Any],
    ) -> Callable[[Mapping[str, Any]], Any]:
        def item(context: Mapping[str, Any]) -> Any:
            container, at = value(context), key(context)
            try:
                return container[at]
            except (KeyError, IndexError, TypeError) as error:
                raise self.error(
                    f"subscript [{at!r}] failed: {type(error).__name__}: {error}"
                ) from error

        return item

    def short_circuit(
        self, is_and: bool, operands: list[Callable[[Mapping[str, Any]], Any]]
    ) -> Callable[[Mapping[str, Any]], Any]:
        def evaluate(context: Mapping[str, Any]) -> Any:
            value: Any = None
            for operand in operands:
                value = operand(context)
                if bool(value) is not is_and:
                    break
            return value

        return evaluate

    def compare(self, node: ast.Compare) -> Callable[[Mapping[str, Any]], Any]:
        for op in node.ops:
            if type(op) not in _COMPARISONS:
                raise self.error(f"{type(op).__name__} is not allowed in a predicate")
        first = self.visit(node.left)
        rest = [
            (_COMPARISONS[type(op)], self.visit(operand))
            for op, operand in zip(node.ops, node.comparators, strict=True)
        ]

        def evaluate(context: Mapping[str, Any]) -> bool:
            left = first(context)
            for holds, operand in rest:
                right = operand(context)
                if not holds(left, right):
                    return False
                left = right
            return True

        return evaluate
