"""The log lines of a step: one record each, on a logger below `chainweaver`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def get_logger(name: str) -> logging.Logger:
    """Return the logger of a name.

    Args:
        name: The name.
    """
    return logging.getLogger(name)


def log_step_start(
    logger: logging.Logger, step_index: int, tool_name: str, inputs: Mapping[str, Any]
) -> None:
    """Log that a step begins, at INFO.

    Args:
        logger: The logger.
        step_index: The step's index.
        tool_name: Its tool.
        inputs: Its inputs.
    """
    logger.info("Step %d START %s inputs=%s", step_index, tool_name, dict(inputs))


def log_step_end(
    logger: logging.Logger, step_index: int, tool_name: str, outputs: Mapping[str, Any]
) -> None:
    """Log that a step has succeeded, at INFO.

    Args:
        logger: The logger.
        step_index: The step's index.
        tool_name: Its tool.
        outputs: Its outputs.
    """
    logger.info("Step %d END %s outputs=%s", step_index, tool_name, dict(outputs))


def log_step_error(
    logger: logging.Logger, step_index: int, tool_name: str, error: BaseException
) -> None:
    """Log that a step has failed, at ERROR.

    Args:
        logger: The logger.
        step_index: The step's index.
        tool_name: Its tool.
        error: Why.
    """
    # As text: a handler that keeps log records must not keep the error, and the run with it.
    logger.error("Step %d ERROR %s %s: %s", step_index, tool_name, type(error).__name__, str(error))
