"""Async tools that call a service: four warehouses, asked two at a time.

The service is a small HTTP server that this program starts on the loopback
interface. It answers a request only once a second one has come in, so the
program ends only if steps really overlap.
"""

from __future__ import annotations

import asyncio
import json

from pydantic import BaseModel

from chainweaver import DAGFlow, DAGFlowStep, FlowExecutor, FlowRegistry, tool

STOCK = {"north": 12, "south": 7, "east": 0, "west": 23}


class Stock(BaseModel):
    """How many pieces a warehouse holds."""

    pieces: int


class Total(BaseModel):
    """How many pieces there are in all."""

    total: int


class Warehouses:
    """The service: `GET /<warehouse>` answers with its stock as JSON."""

    def __init__(self) -> None:
        self._pair = asyncio.Barrier(2)
        self._open = 0
        self.most_open = 0

    async def answer(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Answer one request."""
        request = await reader.readuntil(b"\r\n\r\n")
        warehouse = request.split()[1].decode().strip("/")
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        await self._pair.wait()
        self._open -= 1
        if warehouse in STOCK:
            status = "200 OK"
            body = json.dumps({"pieces": STOCK[warehouse]})
        else:
            status = "404 Not Found"
            body = json.dumps({"error": f"no warehouse {warehouse!r}"})
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\n\r\n"
        writer.write(f"{head}{body}".encode())
        writer.close()
        await writer.wait_closed()


@tool(timeout_seconds=10)
async def ask_stock(port: int, warehouse: str) -> Stock:
    """Ask the service for the stock of one warehouse."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /{warehouse} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
    )
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    answer = json.loads(body)
    if b" 200 " not in head.splitlines()[0]:
        raise LookupError(answer["error"])
    return Stock(pieces=answer["pieces"])


@tool
def add(a: int, b: int, c: int, d: int) -> Total:
    """Add four numbers; a sync tool, which the async lane runs in a thread."""
    return Total(total=a + b + c + d)


FLOW = DAGFlow(
    name="total_stock",
    version="1.0.0",
    description="Ask four warehouses for their stock and add it up.",
    dynamic_params=("port",),
    steps=[
        *(
            DAGFlowStep(
                step_id=f"ask_{place}",
                tool_name="ask_stock",
                input_mapping={
                    "port": "port",
                    "warehouse": f"/warehouses/{place}",
                },
                output_mapping={f"stock_{place}": "pieces"},
            )
            for place in range(4)
        ),
        DAGFlowStep(
            step_id="add",
            tool_name="add",
            depends_on=[f"ask_{place}" for place in range(4)],
            input_mapping={
                "a": "stock_0",
                "b": "stock_1",
                "c": "stock_2",
                "d": "stock_3",
            },
        ),
    ],
)


async def main() -> None:
    """Run the flow, then run it with a warehouse that is not there."""
    registry = FlowRegistry()
    registry.register_flow(FLOW)
    executor = FlowExecutor(registry, max_step_concurrency=2)
    executor.register_tool(ask_stock)
    executor.register_tool(add)

    service = Warehouses()
    server = await asyncio.start_server(service.answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]

        result = await executor.execute_flow_async(
            "total_stock",
            {"warehouses": list(STOCK)},
            dynamic_params={"port": port},
        )
        assert result.final_output is not None
        print("total:", result.final_output["total"])
        #> total: 42
        print("requests at once:", service.most_open)
        #> requests at once: 2
        for record in result.execution_log:
            print(record.step_index, record.tool_name, record.outputs)
            #> 0 ask_stock {'pieces': 12}
            #> 1 ask_stock {'pieces': 7}
            #> 2 ask_stock {'pieces': 0}
            #> 3 ask_stock {'pieces': 23}
            #> 4 add {'total': 42}

        failed = await executor.execute_flow_async(
            "total_stock",
            {"warehouses": ["north", "south", "moon", "west"]},
            dynamic_params={"port": port},
        )
        last = failed.execution_log[-1]
        print(failed.success, last.step_index, last.error_code)
        #> False 2 CW-E006
        print(last.error_message)
        #> Step 2, tool 'ask_stock' failed: no warehouse 'moon'


if __name__ == "__main__":
    asyncio.run(main())
