"""What all tests share: how Hypothesis runs."""

from __future__ import annotations

import os

from hypothesis import settings

# A busy machine must not fail a law, and CI must not fail today on what it did not try yesterday.
settings.register_profile("nextplay", deadline=None, derandomize="CI" in os.environ, print_blob=True)
settings.load_profile("nextplay")
