"""`CancellationToken`. What a run makes of it: test_executor_cancellation."""

from __future__ import annotations

import threading

import pytest
from toolbox import WAIT

from chainweaver.cancellation import CancellationToken


def test_a_token_is_cancelled_once_and_for_good():
    token = CancellationToken()
    assert token.is_cancelled is False

    token.cancel()
    token.cancel()

    assert token.is_cancelled is True


def test_nobody_takes_a_cancellation_back():
    with pytest.raises(AttributeError):
        CancellationToken().is_cancelled = False


def test_tokens_are_apart():
    one, other = CancellationToken(), CancellationToken()
    one.cancel()

    assert not other.is_cancelled


def test_a_token_may_be_cancelled_from_another_thread():
    token, seen = CancellationToken(), threading.Event()

    def cancel():
        token.cancel()
        seen.set()

    thread = threading.Thread(target=cancel)
    thread.start()
    assert seen.wait(WAIT)
    thread.join()
    assert token.is_cancelled
