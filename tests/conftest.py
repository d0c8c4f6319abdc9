"""What every test process sets first."""

from __future__ import annotations

import gc
import os

os.environ["QDK_PYTHON_TELEMETRY"] = "none"  # read when qdk is first imported, so before anything that may import it
os.environ["MPLBACKEND"] = "Agg"  # figures are drawn to files, on machines without a display

from hypothesis import settings

# No deadline: how long an example takes depends on what else the machine runs. Fixed examples: a test that passes
# passes again, here and on another machine; set HYPOTHESIS_PROFILE=explore to look for new ones.
settings.register_profile("fixed", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


def pytest_collection_finish():
    """Take the libraries and the tests, which stay to the end, out of what the garbage collector looks through.

    It does so whenever circuits of some ten thousand gates are made, and took a sixth of the time of the tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # what is searched and priced makes objects by the thousand and few cycles
