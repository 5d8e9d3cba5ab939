"""How the tests run: no deadline on an example, because a busy machine is no fault of the code."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("decisions", deadline=None)
settings.load_profile("decisions")
