"""What every test process sets first."""

from __future__ import annotations

import os

os.environ["QDK_PYTHON_TELEMETRY"] = "none"  # read when qdk is first imported, so before anything that may import it
os.environ["MPLBACKEND"] = "Agg"  # figures are drawn to files, on machines without a display

from hypothesis import settings

# No deadline: how long an example takes depends on what else the machine runs. Fixed examples: a test that passes
# passes again, here and on another machine; set HYPOTHESIS_PROFILE=explore to look for new ones.
settings.register_profile("fixed", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
