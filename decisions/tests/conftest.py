"""How the tests run: no deadline on an example, because a busy machine is no fault of the code."""

from __future__ import annotations

import os
import tempfile

from hypothesis import settings

# What a test makes the tool remember is forgotten with it.
_MEMORY = tempfile.TemporaryDirectory(prefix="decisions-tests-")
os.environ["DECISIONS_CACHE"] = _MEMORY.name

settings.register_profile("decisions", deadline=None)
settings.load_profile("decisions")
