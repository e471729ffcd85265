"""What a server process is once its application is built."""

import os
import subprocess
import sys
from pathlib import Path

from lms import migrate
from lms.server import COLLECTION
from tests.conftest import SECRET, make_config

ROOT = Path(__file__).parents[2]
ASKED = "import gc, wsgi; print(gc.get_freeze_count(), *gc.get_threshold())"


def test_what_was_built_is_left_out_of_the_search_for_dead_objects(tmp_path: Path) -> None:
    """
    A search through everything would hold all who save their answers for a quarter of a second.
    """
    migrate.upgrade(make_config(tmp_path))
    environ = os.environ | {"LMS_DATA": str(tmp_path), "LMS_SECRET_KEY": SECRET, "LMS_JOBS": "off"}

    said = subprocess.run(
        [sys.executable, "-c", ASKED], env=environ, cwd=ROOT, check=True, capture_output=True, text=True
    )
    left_out, *thresholds = map(int, said.stdout.splitlines()[-1].split())

    assert left_out > 100_000
    assert tuple(thresholds) == COLLECTION
