"""`@tool`: a tool from a function's own signature."""

from __future__ import annotations

import functools
import inspect
import warnings
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, get_type_hints, overload

from pydantic import BaseModel, PydanticUserError, create_model

from chainweaver._models import dumper_of
from chainweaver.exceptions import ToolDefinitionError
from chainweaver.tools import Tool

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

_TAKEN = frozenset({"model_config", "model_fields"})
"""Names that mean something else to a model, and that pydantic does not refuse by itself."""


class FunctionTool(Tool, Generic[P, R]):
    """A tool made by `@tool`. Called, it is the function it was made from."""

    def __init__(self, function: Callable[P, R], **settings: Any) -> None:
        super().__init__(**settings)
        self._function = function
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function as it was written: nothing is validated."""
        return self._function(*args, **kwargs)


@overload
def tool(function: Callable[P, R], /) -> FunctionTool[P, R]: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    output_schema: type[BaseModel] | None = None,
    timeout_seconds: float | None = None,
    max_output_size: int | None = None,
    schema_version: str = "0.0.0",
    cacheable: bool = True,
) -> Callable[[Callable[P, R]], FunctionTool[P, R]]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    output_schema: type[BaseModel] | None = None,
    timeout_seconds: float | None = None,
    max_output_size: int | None = None,
    schema_version: str = "0.0.0",
    cacheable: bool = True,
) -> Any:
    """Make a tool from a function: its parameters are the input, its return type the output.

    The function is called with the validated fields as keywords. It returns the output model,
    or a dictionary that fits it.

    Args:
        function: The function, sync or async, when used without parentheses.
        name: The tool's name; the function's if not given.
        description: What it does; the function's docstring if not given.
        output_schema: The output model; the return annotation if not given.
        timeout_seconds: As for `Tool`.
        max_output_size: As for `Tool`.
        schema_version: As for `Tool`.
        cacheable: As for `Tool`.

    Raises:
        ToolDefinitionError: The signature does not say what is needed.

    Example:
        ```python
        from pydantic import BaseModel

        from chainweaver import tool


        class Total(BaseModel):
            total: float


        @tool
        def add_tax(net: float, rate: float = 0.2) -> Total:
            \"\"\"Adds tax.\"\"\"
            return Total(total=round(net * (1 + rate), 2))


        print(add_tax.run({"net": "10"}))
        #> {'total': 12.0}
        print(add_tax(10, rate=0.1))
        #> total=11.0
        ```
    """

    def make(function: Callable[..., Any]) -> FunctionTool[..., Any]:
        if not hasattr(function, "__name__"):
            raise ToolDefinitionError(
                repr(function), "@tool is for functions; wrap it in one, or use Tool(fn=...)"
            )
        tool_name = name or function.__name__
        hints = _type_hints(function)
        input_model = _input_model(function, tool_name, hints)
        output_model = _output_model(function, output_schema, hints)
        return FunctionTool(
            function,
            name=tool_name,
            description=(function.__doc__ or "").strip() if description is None else description,
            input_schema=input_model,
            output_schema=output_model,
            fn=_adapter(function, input_model, output_model),
            timeout_seconds=timeout_seconds,
            max_output_size=max_output_size,
            schema_version=schema_version,
            cacheable=cacheable,
        )

    return make if function is None else make(function)


def _type_hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except Exception as error:
        raise ToolDefinitionError(
            function.__name__, f"Failed to resolve type hints: {error}"
        ) from error


def _input_model(
    function: Callable[..., Any], tool_name: str, hints: dict[str, Any]
) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            problem = "*args or **kwargs can't be a tool's input; name each parameter"
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            problem = "positional-only parameters can't be passed by name; remove the '/'"
        elif parameter.name.startswith("_") or parameter.name in _TAKEN:
            problem = f"parameter '{parameter.name}' can't name a model's field; rename it"
        elif parameter.name not in hints:
            problem = f"parameter '{parameter.name}' is missing a type annotation"
        else:
            default = ... if parameter.default is parameter.empty else parameter.default
            fields[parameter.name] = (hints[parameter.name], default)
            continue
        raise ToolDefinitionError(function.__name__, problem)
    try:
        with warnings.catch_warnings():
            # A parameter may well be called `json` or `schema`: nobody calls these methods here.
            warnings.filterwarnings("ignore", "Field name .* shadows an attribute", UserWarning)
            return create_model(f"{tool_name}_input", __module__=function.__module__, **fields)
    except (PydanticUserError, NameError, ValueError, TypeError) as error:
        raise ToolDefinitionError(
            function.__name__, f"its parameters make no input model: {error}"
        ) from error


def _output_model(
    function: Callable[..., Any], given: type[BaseModel] | None, hints: dict[str, Any]
) -> type[BaseModel]:
    if given is not None:
        if not _is_model(given):
            raise ToolDefinitionError(
                function.__name__, f"output_schema must be a BaseModel subclass, not {given!r}"
            )
        return given
    if "return" not in hints:
        raise ToolDefinitionError(
            function.__name__,
            "Missing a return type; annotate it with the output model, or pass output_schema",
        )
    annotated = hints["return"]
    if not _is_model(annotated):
        raise ToolDefinitionError(
            function.__name__,
            f"the return annotation must be a BaseModel subclass, not {annotated!r}; or pass "
            "output_schema",
        )
    model: type[BaseModel] = annotated
    return model


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def _adapter(
    function: Callable[..., Any], input_model: type[BaseModel], output_model: type[BaseModel]
) -> Callable[[BaseModel], Any]:
    """Return the function as a tool's `fn`: takes the input model, gives what it returned.

    An instance of the output model is handed on: it is valid as it is.
    """
    fields_of = dumper_of(input_model)

    def given_back(output: Any) -> Any:
        if isinstance(output, BaseModel) and not isinstance(output, output_model):
            return output.model_dump()
        return output

    if inspect.iscoroutinefunction(function):

        async def call_async(given: BaseModel) -> Any:
            return given_back(await function(**fields_of(given)))

        return call_async

    def call(given: BaseModel) -> Any:
        return given_back(function(**fields_of(given)))

    return call
