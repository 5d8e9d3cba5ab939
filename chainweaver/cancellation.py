"""`CancellationToken`: ends a run between its steps, from wherever you are."""

from __future__ import annotations

import threading


class CancellationToken:
    """Cancels the runs it is given to. Safe to use from any thread.

    Example:
        ```python
        from chainweaver import CancellationToken

        token = CancellationToken()
        token.cancel()
        print(token.is_cancelled)
        #> True
        ```
    """

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Cancel; a second call changes nothing."""
        self._event.set()
