"""`FlowBuilder`: a linear flow, said in one chain of calls."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self

from chainweaver.exceptions import ChainWeaverError
from chainweaver.flow import Flow, FlowStep

if TYPE_CHECKING:
    from pydantic import BaseModel


class FlowBuilderError(ChainWeaverError):
    """A flow cannot be built from what was said.

    To mend: `detail` says which call to change.

    Attributes:
        detail: What is missing.
    """

    code = "CW-E037"

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(detail)


class FlowBuilder:
    """Builds a linear flow. Every method but `build` returns the builder.

    Args:
        name: The flow's name.
        description: What the flow does, in a sentence.

    Example:
        ```python
        from chainweaver import FlowBuilder

        flow = (
            FlowBuilder("invoice", "Makes an invoice.")
            .step("fetch_order", order_id="id")
            .step("price", items="items", currency="currency")
            .build()
        )
        print([step.tool_name for step in flow.steps])
        #> ['fetch_order', 'price']
        ```
    """

    def __init__(self, name: str | None = None, description: str | None = None) -> None:
        self._name = name
        self._description = description
        self._version = "0.1.0"
        self._steps: list[FlowStep] = []
        self._input_schema: type[BaseModel] | None = None
        self._output_schema: type[BaseModel] | None = None
        self._trigger: dict[str, Any] | None = None

    def step(
        self, tool_name: str, *, output_mapping: dict[str, str] | None = None, **mapping: Any
    ) -> Self:
        """Add a tool.

        Args:
            tool_name: The tool.
            output_mapping: As for `FlowStep`.
            **mapping: Its input mapping: input key to source.
        """
        self._steps.append(
            FlowStep(tool_name=tool_name, input_mapping=mapping, output_mapping=output_mapping)
        )
        return self

    def step_from(self, flow_step: FlowStep) -> Self:
        """Add a copy of a step.

        Args:
            flow_step: The step.
        """
        self._steps.append(flow_step.model_copy(deep=True))
        return self

    def name(self, name: str) -> Self:
        """Set the flow's name.

        Args:
            name: The name.
        """
        self._name = name
        return self

    def description(self, description: str) -> Self:
        """Set what the flow does.

        Args:
            description: A sentence.
        """
        self._description = description
        return self

    def version(self, version: str) -> Self:
        """Set the flow's version.

        Args:
            version: A PEP 440 version.
        """
        self._version = version
        return self

    def with_version(self, version: str) -> Self:
        """Set the flow's version, as `version` does.

        Args:
            version: A PEP 440 version.
        """
        return self.version(version)

    def with_input_schema(self, schema: type[BaseModel]) -> Self:
        """Set the model that the initial input must fit.

        Args:
            schema: The model; it must be importable.
        """
        self._input_schema = schema
        return self

    def with_output_schema(self, schema: type[BaseModel]) -> Self:
        """Set the model that the final context must fit.

        Args:
            schema: The model; it must be importable.
        """
        self._output_schema = schema
        return self

    def with_trigger(self, conditions: dict[str, Any]) -> Self:
        """Set when the flow should be chosen.

        Args:
            conditions: The conditions; copied.
        """
        self._trigger = deepcopy(conditions)
        return self

    def build(self) -> Flow:
        """Return the flow: a new one each time.

        Raises:
            FlowBuilderError: The name or the description is missing.
        """
        if not self._name:
            raise FlowBuilderError("a flow needs a 'name'; call .name(...) before .build()")
        if not self._description:
            raise FlowBuilderError(
                "a flow needs a 'description'; call .description(...) before .build()"
            )
        schemas = {
            "input_schema_ref": self._input_schema,
            "output_schema_ref": self._output_schema,
        }
        return Flow(
            name=self._name,
            version=self._version,
            description=self._description,
            steps=[step.model_copy(deep=True) for step in self._steps],
            trigger_conditions=deepcopy(self._trigger),
            **{key: Flow.schema_ref_from(model) for key, model in schemas.items() if model},
        )
