"""Deterministic flows of typed Python tools.

Flows are compiled once and run synchronously or on an event loop; every step is recorded.
All public names can be imported from here. Each comes from its module when it is first asked
for, so that `import chainweaver` costs next to nothing.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainweaver.approvals import ApprovalDecision, ApprovalRecord
    from chainweaver.builder import FlowBuilder, FlowBuilderError
    from chainweaver.cache import InMemoryStepCache, StepCache, StepCacheKey
    from chainweaver.cancellation import CancellationToken
    from chainweaver.compat import schema_fingerprint
    from chainweaver.compiler import (
        CompilationError,
        CompilationResult,
        CompilationWarning,
        compile_flow,
    )
    from chainweaver.contracts import (
        DeterminismLevel,
        SideEffectLevel,
        StabilityLevel,
        ToolSafetyContract,
        evaluate_predicate,
        merge_safety,
        side_effect_exceeds,
    )
    from chainweaver.cost import CostProfile, CostReport
    from chainweaver.decisions import (
        BaseDecisionCallback,
        DecisionCallable,
        DecisionCallback,
        DecisionContext,
        coerce_decision_callback,
    )
    from chainweaver.decorators import tool
    from chainweaver.exceptions import (
        ApprovalDeniedError,
        AsyncLaneUnsupportedError,
        ChainWeaverError,
        CheckpointDriftError,
        CheckpointerNotConfiguredError,
        CheckpointNotFoundError,
        CheckpointVersionError,
        ContextKeyCollisionError,
        CostProfileError,
        DAGDefinitionError,
        DecisionCallbackError,
        FlowAlreadyExistsError,
        FlowCancelledError,
        FlowCompositionError,
        FlowExecutionError,
        FlowNotFoundError,
        FlowSerializationError,
        FlowStatusError,
        InputMappingError,
        InvalidFlowVersionError,
        OutputMappingError,
        PredicateSyntaxError,
        SafetyCeilingError,
        SchemaValidationError,
        ToolDefinitionError,
        ToolNotFoundError,
        ToolOutputSizeError,
        ToolTimeoutError,
        UndeclaredDynamicParamsError,
    )
    from chainweaver.executor import FlowExecutor
    from chainweaver.flow import (
        ConditionalEdge,
        DAGFlow,
        DAGFlowStep,
        DriftInfo,
        Flow,
        FlowGovernance,
        FlowLifecycle,
        FlowStatus,
        FlowStep,
        RetryPolicy,
        validate_dag_topology,
    )
    from chainweaver.registry import FlowRegistry
    from chainweaver.results import ExecutionResult, StepRecord
    from chainweaver.schemas import flow_schema_json
    from chainweaver.serialization import (
        flow_from_dict,
        flow_from_json,
        flow_from_yaml,
        flow_to_dict,
        flow_to_json,
        flow_to_yaml,
    )
    from chainweaver.storage import InMemoryStore, RegistryStore
    from chainweaver.tools import Tool
    from chainweaver.viz import flow_to_ascii, flow_to_dot, flow_to_mermaid, result_to_mermaid

__version__ = "0.13.0"

__all__ = [
    "ApprovalDecision",
    "ApprovalDeniedError",
    "ApprovalRecord",
    "AsyncLaneUnsupportedError",
    "BaseDecisionCallback",
    "CancellationToken",
    "ChainWeaverError",
    "CheckpointDriftError",
    "CheckpointNotFoundError",
    "CheckpointVersionError",
    "CheckpointerNotConfiguredError",
    "CompilationError",
    "CompilationResult",
    "CompilationWarning",
    "ConditionalEdge",
    "ContextKeyCollisionError",
    "CostProfile",
    "CostProfileError",
    "CostReport",
    "DAGDefinitionError",
    "DAGFlow",
    "DAGFlowStep",
    "DecisionCallable",
    "DecisionCallback",
    "DecisionCallbackError",
    "DecisionContext",
    "DeterminismLevel",
    "DriftInfo",
    "ExecutionResult",
    "Flow",
    "FlowAlreadyExistsError",
    "FlowBuilder",
    "FlowBuilderError",
    "FlowCancelledError",
    "FlowCompositionError",
    "FlowExecutionError",
    "FlowExecutor",
    "FlowGovernance",
    "FlowLifecycle",
    "FlowNotFoundError",
    "FlowRegistry",
    "FlowSerializationError",
    "FlowStatus",
    "FlowStatusError",
    "FlowStep",
    "InMemoryStepCache",
    "InMemoryStore",
    "InputMappingError",
    "InvalidFlowVersionError",
    "OutputMappingError",
    "PredicateSyntaxError",
    "RegistryStore",
    "RetryPolicy",
    "SafetyCeilingError",
    "SchemaValidationError",
    "SideEffectLevel",
    "StabilityLevel",
    "StepCache",
    "StepCacheKey",
    "StepRecord",
    "Tool",
    "ToolDefinitionError",
    "ToolNotFoundError",
    "ToolOutputSizeError",
    "ToolSafetyContract",
    "ToolTimeoutError",
    "UndeclaredDynamicParamsError",
    "coerce_decision_callback",
    "compile_flow",
    "evaluate_predicate",
    "flow_from_dict",
    "flow_from_json",
    "flow_from_yaml",
    "flow_schema_json",
    "flow_to_ascii",
    "flow_to_dict",
    "flow_to_dot",
    "flow_to_json",
    "flow_to_mermaid",
    "flow_to_yaml",
    "merge_safety",
    "result_to_mermaid",
    "schema_fingerprint",
    "side_effect_exceeds",
    "tool",
    "validate_dag_topology",
]

_NAMES_BY_MODULE = {
    "approvals": "ApprovalDecision ApprovalRecord",
    "builder": "FlowBuilder FlowBuilderError",
    "cache": "InMemoryStepCache StepCache StepCacheKey",
    "cancellation": "CancellationToken",
    "compat": "schema_fingerprint",
    "compiler": "CompilationError CompilationResult CompilationWarning compile_flow",
    "contracts": (
        "DeterminismLevel SideEffectLevel StabilityLevel ToolSafetyContract "
        "evaluate_predicate merge_safety side_effect_exceeds "
    ),
    "cost": "CostProfile CostReport",
    "decisions": (
        "BaseDecisionCallback DecisionCallable DecisionCallback DecisionContext "
        "coerce_decision_callback "
    ),
    "decorators": "tool",
    "exceptions": (
        "ApprovalDeniedError AsyncLaneUnsupportedError ChainWeaverError CheckpointDriftError "
        "CheckpointerNotConfiguredError CheckpointNotFoundError CheckpointVersionError "
        "ContextKeyCollisionError CostProfileError DAGDefinitionError DecisionCallbackError "
        "FlowAlreadyExistsError FlowCancelledError FlowCompositionError FlowExecutionError "
        "FlowNotFoundError FlowSerializationError FlowStatusError InputMappingError "
        "InvalidFlowVersionError OutputMappingError PredicateSyntaxError SafetyCeilingError "
        "SchemaValidationError ToolDefinitionError ToolNotFoundError ToolOutputSizeError "
        "ToolTimeoutError UndeclaredDynamicParamsError "
    ),
    "executor": "FlowExecutor",
    "flow": (
        "ConditionalEdge DAGFlow DAGFlowStep DriftInfo Flow FlowGovernance FlowLifecycle "
        "FlowStatus FlowStep RetryPolicy validate_dag_topology "
    ),
    "registry": "FlowRegistry",
    "results": "ExecutionResult StepRecord",
    "schemas": "flow_schema_json",
    "serialization": (
        "flow_from_dict flow_from_json flow_from_yaml flow_to_dict flow_to_json flow_to_yaml "
    ),
    "storage": "InMemoryStore RegistryStore",
    "tools": "Tool",
    "viz": "flow_to_ascii flow_to_dot flow_to_mermaid result_to_mermaid",
}
_MODULES = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names.split()}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _NAMES_BY_MODULE:
            return import_module(f"{__name__}.{name}")
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


logging.getLogger(__name__).addHandler(logging.NullHandler())
