"""`FlowRegistry`: flows by name and version."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from packaging.version import InvalidVersion, Version

from chainweaver.exceptions import FlowNotFoundError, InvalidFlowVersionError
from chainweaver.flow import DAGFlow, Flow, FlowStatus, validate_dag_topology
from chainweaver.storage import InMemoryStore

if TYPE_CHECKING:
    from collections.abc import Hashable

    from chainweaver.storage import RegistryStore

AnyFlow = Flow | DAGFlow


class _Unset:
    def __repr__(self) -> str:
        return "<unset>"


_UNSET: Final = _Unset()


class _View(NamedTuple):
    """What a registry knows of its store: what it had seen, the latest version by name."""

    seen: Hashable
    latest: dict[str, str]
    revision: int


class FlowRegistry:
    """Flows by name and version. Versions of a flow live side by side.

    Args:
        store: Where the flows are kept; in memory if not given. Flows that it has already are
            known at once.

    Example:
        ```python
        from chainweaver import Flow, FlowRegistry

        registry = FlowRegistry()
        for version in ("1.10", "1.9"):
            registry.register_flow(
                Flow(name="report", version=version, description="Reports.", steps=[])
            )
        print(registry.get_flow("report").version)
        #> 1.10
        ```
    """

    def __init__(self, store: RegistryStore | None = None) -> None:
        self._store: RegistryStore = InMemoryStore() if store is None else store
        self._numbers = count(1)
        self._own_change = 0
        # Replaced as a whole, so that threads never see parts of two views.
        self._last_view = _View(seen=None, latest={}, revision=0)

    def __len__(self) -> int:
        return len(self._store.list_keys())

    def __repr__(self) -> str:
        names = sorted({name for name, _ in self._store.list_keys()})
        return f"FlowRegistry(flows={names})"

    @property
    def store(self) -> RegistryStore:
        """Where the flows are kept."""
        return self._store

    @property
    def revision(self) -> int:
        """A number that changes when a name may lead to another flow than before."""
        return self._view().revision

    def register_flow(self, flow: AnyFlow, *, overwrite: bool = False) -> None:
        """Make a flow known.

        Args:
            flow: The flow.
            overwrite: Whether it may replace one of the same name and version.

        Raises:
            InvalidFlowVersionError: Its version is not a PEP 440 version.
            DAGDefinitionError: Its steps form no valid graph.
            FlowAlreadyExistsError: It is there, and `overwrite` is False.
        """
        _parse(flow.name, flow.version)
        if isinstance(flow, DAGFlow):
            validate_dag_topology(flow)
        self._store.save_flow(flow, overwrite=overwrite)
        self._own_change = next(self._numbers)

    def get_flow(self, name: str, *, version: str | None = None) -> AnyFlow:
        """Return a flow.

        Args:
            name: Its name.
            version: Its version; None for the latest by PEP 440.

        Raises:
            FlowNotFoundError: There is no such flow.
        """
        return self._resolve(name, version)[0]

    def _resolve(self, name: str, version: str | None) -> tuple[AnyFlow, int]:
        """Return a flow, and the revision of the registry that it was found in."""
        view = self._view()
        if version is None:
            version = view.latest.get(name)
            if version is None:
                raise FlowNotFoundError(name)
        return self._store.load_flow(name, version), view.revision

    def list_flows(
        self,
        *,
        status: FlowStatus | None = None,
        exclude_status: set[FlowStatus] | None = None,
    ) -> list[AnyFlow]:
        """Return the flows, all versions, sorted by name and version as text.

        Args:
            status: Only those with this status.
            exclude_status: None of those with these.
        """
        flows = [self._store.load_flow(*key) for key in self._store.list_keys()]
        return [
            flow
            for flow in flows
            if (status is None or flow.status == status)
            and flow.status not in (exclude_status or ())
        ]

    def get_active_flows(self) -> list[AnyFlow]:
        """Return the flows that may run, as `list_flows` does."""
        return self.list_flows(status=FlowStatus.ACTIVE)

    def list_flow_versions(self, name: str) -> list[str]:
        """Return the versions of a flow, ascending by PEP 440.

        Args:
            name: Its name.

        Raises:
            FlowNotFoundError: There is no such flow.
        """
        versions = [version for key, version in self._store.list_keys() if key == name]
        if not versions:
            raise FlowNotFoundError(name)
        return sorted(versions, key=lambda version: _parse(name, version))

    def update_flow_state(
        self,
        flow_name: str,
        *,
        version: str | None = None,
        status: FlowStatus | None = None,
        tool_schema_hashes: dict[str, str] | _Unset | None = _UNSET,
    ) -> AnyFlow:
        """Store a changed copy of a flow, and return it.

        Args:
            flow_name: The flow.
            version: Its version; None for the latest.
            status: Its new status; None leaves it.
            tool_schema_hashes: Its new schema hashes, which may be None; left out leaves them.

        Raises:
            FlowNotFoundError: There is no such flow.
        """
        changes: dict[str, Any] = {}
        if status is not None:
            changes["status"] = FlowStatus(status)
        if not isinstance(tool_schema_hashes, _Unset):
            changes["tool_schema_hashes"] = tool_schema_hashes
        changed = self.get_flow(flow_name, version=version).model_copy(update=changes)
        self._store.save_flow(changed, overwrite=True)
        self._own_change = next(self._numbers)
        return changed

    def set_flow_status(
        self, flow_name: str, status: FlowStatus, *, version: str | None = None
    ) -> AnyFlow:
        """Store a copy of a flow with another status, and return it.

        Args:
            flow_name: The flow.
            status: Its new status.
            version: Its version; None for the latest.

        Raises:
            FlowNotFoundError: There is no such flow.
        """
        return self.update_flow_state(flow_name, version=version, status=status)

    def match_flow_by_intent(self, intent: str) -> AnyFlow | None:
        """Return the first flow whose name or description contains a text, ignoring case.

        Args:
            intent: The text.
        """
        wanted = intent.casefold()
        for flow in self.list_flows():
            if wanted in flow.name.casefold() or wanted in flow.description.casefold():
                return flow
        return None

    def _view(self) -> _View:
        """Return the latest versions, found anew if the store has changed."""
        revision = getattr(self._store, "revision", None)
        # A store that does not count its changes is asked for its keys each time.
        content = revision if revision is not None else tuple(self._store.list_keys())
        seen = (content, self._own_change)
        view = self._last_view
        if seen == view.seen:
            return view
        latest: dict[str, Version] = {}
        texts: dict[str, str] = {}
        for name, text in self._store.list_keys():
            version = _parse(name, text)
            if name not in latest or version > latest[name]:
                latest[name], texts[name] = version, text
        self._last_view = view = _View(seen, texts, next(self._numbers))
        return view


def _parse(flow_name: str, version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion as error:
        raise InvalidFlowVersionError(
            flow_name, version, f"{error}; use a PEP 440 version such as '1.2.0'"
        ) from None
