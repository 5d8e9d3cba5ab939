"""Run-time parameters: each strictness, and what a sub-flow inherits.

A price is converted with a rate that is known only when the flow runs. The
flow declares `rate`; the program then gives `rat`, a slip of the pen, under
each of the three settings.
"""

from __future__ import annotations

import io
import logging

from pydantic import BaseModel

from chainweaver import (
    Flow,
    FlowExecutor,
    FlowRegistry,
    FlowStep,
    UndeclaredDynamicParamsError,
    tool,
)


class Converted(BaseModel):
    """A price in the buyer's currency."""

    converted: float


class Line(BaseModel):
    """A line of an invoice."""

    line: str


@tool
def convert(price: float, rate: float = 1.0) -> Converted:
    """Convert a price; without a rate it stays as it is."""
    return Converted(converted=price * rate)


@tool
def write_line(item: str, converted: float, rate: float = 1.0) -> Line:
    """Write an invoice line."""
    return Line(line=f"{item}: {converted:.2f} (at {rate})")


CONVERT = Flow(
    name="convert",
    description="Convert a price.",
    dynamic_params=("rate",),
    steps=[FlowStep(tool_name="convert")],
)
INVOICE = Flow(
    name="invoice",
    description="Convert a price and write an invoice line.",
    dynamic_params=("rate", "request_id"),
    steps=[
        FlowStep(
            flow_name="convert",
            input_mapping={"price": "price"},
            output_mapping={"converted": "converted"},
        ),
        FlowStep(tool_name="write_line"),
    ],
)


def main() -> None:
    """Give parameters rightly, wrongly, and to a flow with a sub-flow."""
    registry = FlowRegistry()
    registry.register_flow(CONVERT)
    registry.register_flow(INVOICE)
    executor = FlowExecutor(registry)
    executor.register_tool(convert)
    executor.register_tool(write_line)

    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger("chainweaver").addHandler(handler)

    right = executor.execute_flow(
        "convert",
        {"price": 10.0},
        dynamic_params={"rate": 1.25},
    )
    print(right.final_output)
    #> {'price': 10.0, 'rate': 1.25, 'converted': 12.5}
    print(right.initial_input)
    #> {'price': 10.0}

    # "allow" is the default: nobody compares what is given and declared.
    slip = executor.execute_flow(
        "convert",
        {"price": 10.0},
        dynamic_params={"rat": 1.25},
    )
    print(slip.success, slip.final_output)
    #> True {'price': 10.0, 'rat': 1.25, 'converted': 10.0}
    print(repr(log.getvalue()))
    #> ''

    # "warn" runs the flow all the same, and names the key in the log.
    slip = executor.execute_flow(
        "convert",
        {"price": 10.0},
        dynamic_params={"rat": 1.25},
        undeclared_dynamic_params="warn",
    )
    print(slip.success, slip.final_output)
    #> True {'price': 10.0, 'rat': 1.25, 'converted': 10.0}
    print(log.getvalue().strip())
    #> Flow 'convert' was given dynamic params that it does not declare: 'rat'

    # "error" raises before any tool runs. Here it is set for all runs.
    strict = FlowExecutor(registry, undeclared_dynamic_params="error")
    strict.register_tool(convert)
    strict.register_tool(write_line)
    try:
        strict.execute_flow(
            "convert",
            {"price": 10.0},
            dynamic_params={"rat": 1.25},
        )
    except UndeclaredDynamicParamsError as error:
        print(error.code, error.flow_name, error.undeclared, error.declared)
        #> CW-E042 convert ['rat'] ['rate']

    # A sub-flow inherits all that its parent was given, and checks nothing
    # again: only `invoice` declares `request_id`, and `convert` sees it too.
    invoice = strict.execute_flow(
        "invoice",
        {"item": "lamp", "price": 10.0},
        dynamic_params={"rate": 1.25, "request_id": "r-1"},
    )
    assert invoice.final_output is not None
    print(invoice.final_output["line"])
    #> lamp: 12.50 (at 1.25)
    composed = invoice.execution_log[0]
    assert composed.sub_result is not None
    print(composed.inputs)
    #> {'price': 10.0}
    print(composed.sub_result.execution_log[0].inputs)
    #> {'price': 10.0, 'rate': 1.25, 'request_id': 'r-1'}

    # Nothing is left for the next run.
    print(executor.execute_flow("convert", {"price": 10.0}).final_output)
    #> {'price': 10.0, 'converted': 10.0}

    logging.getLogger("chainweaver").removeHandler(handler)


if __name__ == "__main__":
    main()
