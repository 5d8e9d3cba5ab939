"""Where a registry keeps its flows."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from chainweaver.exceptions import FlowAlreadyExistsError, FlowNotFoundError

if TYPE_CHECKING:
    from chainweaver.flow import DAGFlow, Flow


@runtime_checkable
class RegistryStore(Protocol):
    """Keeps flows by name and version."""

    def save_flow(self, flow: Flow | DAGFlow, *, overwrite: bool = False) -> None:
        """Keep a flow; FlowAlreadyExistsError if it is there and `overwrite` is False."""
        ...

    def load_flow(self, name: str, version: str) -> Flow | DAGFlow:
        """Return a flow; FlowNotFoundError if it is not there."""
        ...

    def has_flow(self, name: str, version: str) -> bool:
        """Return whether a flow is there."""
        ...

    def list_keys(self) -> list[tuple[str, str]]:
        """Return the name and version of each flow, sorted."""
        ...

    def delete_flow(self, name: str, version: str) -> None:
        """Remove a flow; FlowNotFoundError if it is not there."""
        ...


class InMemoryStore:
    """Keeps flows in memory: the registered objects themselves.

    Attributes:
        revision: Grows with every change.
    """

    def __init__(self) -> None:
        self.revision = 0
        # Two threads at once must not make one step of it.
        self._revisions = count(1)
        self._flows: dict[tuple[str, str], Flow | DAGFlow] = {}

    def save_flow(self, flow: Flow | DAGFlow, *, overwrite: bool = False) -> None:
        """Keep a flow.

        Args:
            flow: The flow.
            overwrite: Whether it may replace one of the same name and version.

        Raises:
            FlowAlreadyExistsError: It is there, and `overwrite` is False.
        """
        key = (flow.name, flow.version)
        if key in self._flows and not overwrite:
            raise FlowAlreadyExistsError(flow.name)
        self._flows[key] = flow
        self.revision = next(self._revisions)

    def load_flow(self, name: str, version: str) -> Flow | DAGFlow:
        """Return a flow.

        Args:
            name: Its name.
            version: Its version.

        Raises:
            FlowNotFoundError: It is not there.
        """
        try:
            return self._flows[name, version]
        except KeyError:
            raise FlowNotFoundError(name, version=version) from None

    def has_flow(self, name: str, version: str) -> bool:
        """Return whether a flow is there.

        Args:
            name: Its name.
            version: Its version.
        """
        return (name, version) in self._flows

    def list_keys(self) -> list[tuple[str, str]]:
        """Return the name and version of each flow, sorted."""
        return sorted(self._flows)

    def delete_flow(self, name: str, version: str) -> None:
        """Remove a flow.

        Args:
            name: Its name.
            version: Its version.

        Raises:
            FlowNotFoundError: It is not there.
        """
        if self._flows.pop((name, version), None) is None:
            raise FlowNotFoundError(name, version=version)
        self.revision = next(self._revisions)
