"""A DAG that fans out and in: one step reads, four look at it, one reports.

Shows levels, one tool used for two steps, output mappings that keep results
apart, and what happens when two steps of a level write the same key.
"""

from __future__ import annotations

import statistics

from pydantic import BaseModel

from chainweaver import (
    DAGFlow,
    DAGFlowStep,
    FlowExecutor,
    FlowRegistry,
    Tool,
    tool,
)


class Readings(BaseModel):
    """Temperatures in degrees Celsius, in ascending order."""

    readings: list[float]


class Value(BaseModel):
    """One figure."""

    value: float


class Report(BaseModel):
    """A line for people."""

    report: str


@tool
def read(lines: list[str]) -> Readings:
    """Turn lines into numbers."""
    return Readings(readings=sorted(float(line) for line in lines))


@tool
def mean(readings: list[float]) -> Value:
    """Return the arithmetic mean."""
    return Value(value=statistics.fmean(readings))


@tool
def spread(readings: list[float]) -> Value:
    """Return the distance between the highest and the lowest value."""
    return Value(value=max(readings) - min(readings))


@tool
def quantile(readings: list[float], share: float) -> Value:
    """Return the value that this share of the readings is not above."""
    return Value(value=readings[round(share * (len(readings) - 1))])


@tool
def report(mean: float, spread: float, low: float, high: float) -> Report:
    """Write the four figures into a line."""
    text = f"mean {mean:.1f}, spread {spread:.1f}, {low:.1f} to {high:.1f}"
    return Report(report=text)


TOOLS: list[Tool] = [read, mean, spread, quantile, report]
READINGS = {"readings": "readings"}

FLOW = DAGFlow(
    name="describe_readings",
    version="1.0.0",
    description="Describe temperature readings by four figures.",
    steps=[
        DAGFlowStep(step_id="read", tool_name="read"),
        DAGFlowStep(
            step_id="mean",
            tool_name="mean",
            depends_on=["read"],
            input_mapping=READINGS,
            output_mapping={"mean": "value"},
        ),
        DAGFlowStep(
            step_id="spread",
            tool_name="spread",
            depends_on=["read"],
            input_mapping=READINGS,
            output_mapping={"spread": "value"},
        ),
        DAGFlowStep(
            step_id="low",
            tool_name="quantile",
            depends_on=["read"],
            input_mapping={**READINGS, "share": 0.1},
            output_mapping={"low": "value"},
        ),
        DAGFlowStep(
            step_id="high",
            tool_name="quantile",
            depends_on=["read"],
            input_mapping={**READINGS, "share": 0.9},
            output_mapping={"high": "value"},
        ),
        DAGFlowStep(
            step_id="report",
            tool_name="report",
            depends_on=["mean", "spread", "low", "high"],
            input_mapping={
                "mean": "mean",
                "spread": "spread",
                "low": "low",
                "high": "high",
            },
        ),
    ],
)


def main() -> None:
    """Draw the flow, run it, and run it again without its output mappings."""
    for edge in FLOW.to_ascii().splitlines():
        print(edge)
        #> [read] → [mean]
        #> [read] → [spread]
        #> [read] → [quantile]
        #> [read] → [quantile]
        #> [mean] → [report]
        #> [spread] → [report]
        #> [quantile] → [report]
        #> [quantile] → [report]

    registry = FlowRegistry()
    registry.register_flow(FLOW)
    executor = FlowExecutor(registry)
    for each in TOOLS:
        executor.register_tool(each)

    lines = [str(8.5 + 0.5 * half) for half in range(12)]
    result = executor.execute_flow("describe_readings", {"lines": lines})
    assert result.final_output is not None
    print(result.final_output["report"])
    #> mean 11.2, spread 5.5, 9.0 to 13.5

    for record in result.execution_log:
        print(record.step_index, record.tool_name)
        #> 0 read
        #> 1 mean
        #> 2 spread
        #> 3 quantile
        #> 4 quantile
        #> 5 report

    no_mapping = {"output_mapping": None}
    unmapped = [step.model_copy(update=no_mapping) for step in FLOW.steps]
    registry.register_flow(
        FLOW.model_copy(update={"version": "1.1.0", "steps": unmapped}),
    )
    clash = executor.execute_flow("describe_readings", {"lines": lines})
    failed = clash.execution_log[-1]
    print(clash.success, failed.step_index, failed.tool_name, failed.error_code)
    #> False 2 spread CW-E006


if __name__ == "__main__":
    main()
