"""Fixtures of the executor's tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from toolbox import ASYNC, SYNC, Lane, dag, dag_step, flow, step

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", deadline=None, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(params=[SYNC, ASYNC], ids=repr)
def run(request: pytest.FixtureRequest) -> Lane:
    """Run a flow, once in the sync lane and once in the async lane."""
    return request.param


@pytest.fixture(params=["linear", "dag"])
def parent(request):
    """Make a parent flow `parent`: its steps one after another, linear or as a DAG."""

    def make(*steps, **settings):
        settings.setdefault("version", "3.0.0")
        if request.param == "linear":
            return flow("parent", *steps, **settings)
        chain = []
        for number, each in enumerate(steps):
            linear = step(each) if isinstance(each, str) else each
            chain.append(
                dag_step(
                    f"s{number}",
                    linear.display_name,
                    linear.input_mapping,
                    after=[f"s{number - 1}"] if number else [],
                    sub_flow=linear.flow_name is not None,
                    **linear.model_dump(exclude={"tool_name", "flow_name", "input_mapping"}),
                )
            )
        return dag("parent", *chain, **settings)

    return make
