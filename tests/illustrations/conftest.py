"""Results of runs are shared with the site's build, so that tests of drawings need no TensorFlow."""

import os
from pathlib import Path

os.environ.setdefault("CNNFIGS_CACHE", str(Path(__file__).parents[2] / ".cache" / "runs"))
