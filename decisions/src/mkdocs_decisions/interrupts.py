"""Ends a long command in good order, whichever signal asks for it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

_ASKING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextlib.contextmanager
def as_keyboard_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt, as SIGINT does. A nohup stays one."""
    with _handled(_ASKING, _interrupt):
        yield


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let no signal end what has to be done to the end, such as clearing up."""
    with _handled([signal.SIGINT, *_ASKING], signal.SIG_IGN):
        yield


@contextlib.contextmanager
def _handled(signals: list[signal.Signals], handler: object) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in signals}
    changed = {each: old for each, old in before.items() if old is not signal.SIG_IGN}
    try:
        for each in changed:
            signal.signal(each, handler)  # type: ignore[arg-type]
        yield
    finally:
        for each, old in changed.items():
            signal.signal(each, old)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
