"""The log lines of a step."""

from __future__ import annotations

import logging

import pytest

from chainweaver.log_utils import get_logger, log_step_end, log_step_error, log_step_start


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG, logger="chainweaver")
    return caplog


def only_record(log):
    (record,) = log.records
    return record.name, record.levelname, record.getMessage()


def test_a_logger_is_found_by_its_name():
    assert get_logger("chainweaver.executor") is logging.getLogger("chainweaver.executor")


@pytest.mark.parametrize(("write", "word"), [(log_step_start, "START"), (log_step_end, "END")])
def test_start_and_end_are_one_line_of_info_each(log, write, word):
    write(get_logger("chainweaver.x"), 2, "double", {"n": 41, "text": "100%s"})
    name, level, message = only_record(log)

    assert (name, level) == ("chainweaver.x", "INFO")
    assert message.startswith(f"Step 2 {word}")
    assert all(part in message for part in ["double", "'n'", "41", "'100%s'"])


def test_an_error_is_one_line_of_error(log):
    log_step_error(get_logger("chainweaver.x"), 0, "double", KeyError("lost %d"))
    name, level, message = only_record(log)

    assert (name, level) == ("chainweaver.x", "ERROR")
    assert message.startswith("Step 0 ERROR")
    assert all(part in message for part in ["double", "KeyError", "lost %d"])


@pytest.mark.parametrize("values", [{"n": 1}, {}])
def test_the_values_are_not_changed(log, values):
    before = dict(values)
    log_step_start(get_logger("chainweaver.x"), 0, "double", values)

    assert values == before
