"""`compile_flow`: what can be known to be wrong with a linear flow before it runs."""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic.fields import FieldInfo

    from chainweaver.flow import Flow, FlowStep
    from chainweaver.tools import Tool


@dataclass
class CompilationError:
    """Something that will fail.

    Attributes:
        step_index: The step's index; the number of steps for the flow's output schema.
        tool_name: The tool, or the flow.
        field_name: The key or field, if it is about one.
        issue_type: What kind of error: missing_tool, missing_fallback_tool,
            unknown_target_key, missing_mapping_key, type_mismatch, missing_required_input, the
            last three of a fallback as fallback_unknown_target_key, fallback_type_mismatch and
            fallback_missing_required_input, unknown_output_key, output_schema_gap,
            output_type_mismatch.
        detail: What is wrong.
    """

    step_index: int
    tool_name: str
    field_name: str | None
    issue_type: str
    detail: str


@dataclass
class CompilationWarning:
    """Something that may not be meant.

    Attributes:
        step_index: The step's index.
        tool_name: The tool.
        field_name: The key.
        issue_type: "shadowed_key" (an output hides a key of the flow's input) or
            "context_collision" (an output is written to a key that is known already).
        detail: What may not be meant.
    """

    step_index: int
    tool_name: str
    field_name: str | None
    issue_type: str
    detail: str


@dataclass
class CompilationResult:
    """What `compile_flow` found.

    Attributes:
        success: Whether there are no errors.
        errors: What will fail.
        warnings: What may not be meant.
    """

    success: bool
    errors: list[CompilationError] = field(default_factory=list)
    warnings: list[CompilationWarning] = field(default_factory=list)


def compile_flow(flow: Flow, tools: dict[str, Tool]) -> CompilationResult:
    """Walk a linear flow and check keys and types against the models of its tools.

    Keys are known from the flow's input schema (none without one) and from the outputs of the
    steps so far. Sub-flow steps are passed over.

    Args:
        flow: The flow.
        tools: The tools by name.

    Raises:
        FlowSerializationError: A schema reference of the flow does not resolve.

    Example:
        ```python
        from pydantic import BaseModel

        from chainweaver import Flow, FlowStep, compile_flow, tool


        class Greeting(BaseModel):
            text: str


        @tool
        def greet(name: str) -> Greeting:
            return Greeting(text=f"Hello, {name}")


        flow = Flow(
            name="hello",
            description="Greets.",
            steps=[FlowStep(tool_name="greet", input_mapping={"name": "user"})],
        )
        for error in compile_flow(flow, {"greet": greet}).errors:
            print(error.issue_type, error.field_name)
            #> missing_mapping_key user
        ```
    """
    walk = _Walk(flow, tools)
    for index, step in enumerate(flow.steps):
        walk.step(index, step)
    walk.end()
    return CompilationResult(not walk.errors, walk.errors, walk.warnings)


class _Walk:
    """The state of a walk: the keys known so far, with their types, and what was found."""

    def __init__(self, flow: Flow, tools: Mapping[str, Tool]) -> None:
        self.flow = flow
        self.tools = tools
        self.errors: list[CompilationError] = []
        self.warnings: list[CompilationWarning] = []
        schema = flow.input_schema
        self.input_keys = {} if schema is None else _types(schema)
        self.known: dict[str, Any] = dict(self.input_keys)

    def step(self, index: int, step: FlowStep) -> None:
        if step.tool_name is None:
            return

        def report(issue: str, name: str | None, detail: str) -> None:
            self.errors.append(CompilationError(index, step.display_name, name, issue, detail))

        tool = self.tools.get(step.tool_name)
        if tool is None:
            report("missing_tool", None, f"tool '{step.tool_name}' is not among the tools")
        for source in step.input_mapping.values():
            key = _context_key(source)
            if key is not None and key not in self.known:
                report("missing_mapping_key", key, f"no earlier step and no input gives '{key}'")
        if tool is not None:
            self._check_inputs(step, tool, report, prefix="")
        if step.on_error.startswith("fallback:"):
            name = step.on_error.removeprefix("fallback:")
            fallback = self.tools.get(name)
            if fallback is None:
                report("missing_fallback_tool", None, f"tool '{name}' is not among the tools")
            else:
                self._check_inputs(step, fallback, report, prefix="fallback_")
        if tool is not None:
            self._add_outputs(index, step, tool, report)

    def end(self) -> None:
        schema = self.flow.output_schema
        if schema is None:
            return
        index, name = len(self.flow.steps), self.flow.name
        for key, info in _inputs(schema):
            if key not in self.known:
                if info.is_required():
                    detail = f"nothing gives '{key}', which the output schema requires"
                    self.errors.append(
                        CompilationError(index, name, key, "output_schema_gap", detail)
                    )
            elif not _fits(self.known[key], info.annotation):
                detail = f"'{key}' is {self.known[key]}, the output schema has {info.annotation}"
                self.errors.append(
                    CompilationError(index, name, key, "output_type_mismatch", detail)
                )

    def _check_inputs(
        self,
        step: FlowStep,
        tool: Tool,
        report: Callable[[str, str | None, str], None],
        *,
        prefix: str,
    ) -> None:
        fields = dict(_inputs(tool.input_schema))
        sources = step.input_mapping or {key: key for key in fields if key in self.known}
        for target, source in sources.items():
            if target not in fields and _is_open(tool.input_schema):
                continue
            if target not in fields:
                detail = f"'{target}' is no input of tool '{tool.name}'"
                report(f"{prefix}unknown_target_key", target, detail)
                continue
            wanted = fields[target].annotation
            given = self._type_of(source)
            if not _fits(given, wanted):
                detail = f"'{target}' of tool '{tool.name}' is {wanted}, it is given {given}"
                report(f"{prefix}type_mismatch", target, detail)
        for key, info in fields.items():
            if info.is_required() and key not in sources:
                detail = f"tool '{tool.name}' requires '{key}', which nothing gives"
                report(f"{prefix}missing_required_input", key, detail)

    def _type_of(self, source: Any) -> Any:
        """Return the type of what a mapping's source gives; Any if it is not known."""
        if not isinstance(source, str):
            return type(source)
        return Any if source.startswith("/") else self.known.get(source, Any)

    def _add_outputs(
        self,
        index: int,
        step: FlowStep,
        tool: Tool,
        report: Callable[[str, str | None, str], None],
    ) -> None:
        outputs = _types(tool.output_schema)
        mapping = step.output_mapping
        if mapping is None:
            mapping = {key: key for key in outputs}
        for context_key, output_key in mapping.items():
            if output_key not in outputs and not _is_open(tool.output_schema):
                detail = f"'{output_key}' is no output of tool '{tool.name}'"
                report("unknown_output_key", output_key, detail)
                continue
            if context_key in self.input_keys:
                self._warn(index, step, context_key, "shadowed_key", "hides a key of the input")
            if context_key in self.known and self.flow.on_context_collision != "overwrite":
                self._warn(
                    index, step, context_key, "context_collision", "is written over a known key"
                )
            self.known[context_key] = outputs.get(output_key, Any)

    def _warn(self, index: int, step: FlowStep, key: str, issue: str, detail: str) -> None:
        self.warnings.append(
            CompilationWarning(index, step.display_name, key, issue, f"'{key}' {detail}")
        )


def _context_key(source: Any) -> str | None:
    """Return the context key that a mapping's source starts from; None for a literal."""
    if not isinstance(source, str):
        return None
    if not source.startswith("/"):
        return source
    return source[1:].split("/")[0].replace("~1", "/").replace("~0", "~")


def _inputs(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Yield the fields by the name that validation takes."""
    for name, info in model.model_fields.items():
        alias = info.validation_alias
        by_name = alias is None or model.model_config.get("populate_by_name")
        yield (name if by_name or not isinstance(alias, str) else alias), info


def _types(model: type[BaseModel]) -> dict[str, Any]:
    """Return the type of each field and computed field."""
    types = {name: info.annotation for name, info in model.model_fields.items()}
    computed = {name: info.return_type for name, info in model.model_computed_fields.items()}
    return {**types, **computed}


def _is_open(model: type[BaseModel]) -> bool:
    """Whether the model takes, and keeps, keys that it does not name."""
    return model.model_config.get("extra") == "allow"


_WIDER: dict[Any, tuple[type, ...]] = {int: (float, complex), float: (complex,)}


def _fits(given: Any, wanted: Any) -> bool:
    """Whether values of one type pass for another; what can't be told passes."""
    given, wanted = _in_context(given), _in_context(wanted)
    if given is object or not (isinstance(given, type) and isinstance(wanted, type)):
        return True
    try:
        return issubclass(given, wanted) or wanted in _WIDER.get(given, ())
    except TypeError:  # a TypedDict or a protocol does not say
        return True


def _in_context(annotation: Any) -> Any:
    """Return the type that a value has in the context, where models are dictionaries."""
    if annotation is Any:  # a class too, from Python 3.11 on
        return object
    if isinstance(annotation, type) and (
        issubclass(annotation, BaseModel) or is_dataclass(annotation)
    ):
        return dict
    return annotation
