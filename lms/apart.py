"""Heavy arithmetic in a process of its own with a low priority: the server never holds numpy, and nobody waits for the fit.

A module that is run so reads all of its input before it says anything: a line of JSON, then arrays of 32-bit integers one
after the other, their lengths in the line. It says lines of JSON: whatever it likes, and last {"result": ...}.
"""

import json
import os
import subprocess
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

#: at 19 a process gets a sixtieth of what another gets, where both want the processor
NICENESS = 19
ROOT = Path(__file__).parent.parent
#: its whole environment, which holds no secret. One thread: the other processors are left to those who sit an exam
_ALONE = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
INTEGERS = "i"


def run(
    module: str,
    settings: Mapping[str, Any],
    arrays: "Sequence[array[int]]" = (),
    *,
    heard: Callable[[Mapping[str, Any]], None] = lambda _said: None,
) -> Any:
    """What `module` makes of its input. `heard` is told every line before the last; what it raises ends the process.

    Raises RuntimeError where the process ended without a result.
    """
    head = {**settings, "lengths": [len(one) for one in arrays]}
    process = subprocess.Popen(  # noqa: S603 - a module of ours
        [sys.executable, "-s", "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
        env=_ALONE | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        return _talk(process, json.dumps(head).encode() + b"\n" + b"".join(one.tobytes() for one in arrays), heard)
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()


def _talk(process: "subprocess.Popen[bytes]", sent: bytes, heard: Callable[[Mapping[str, Any]], None]) -> Any:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    try:
        process.stdin.write(sent)
        process.stdin.close()
    except BrokenPipeError as error:
        raise RuntimeError("the process ended before it had read") from error
    for line in process.stdout:
        said = json.loads(line)
        if "result" in said:
            return said["result"]
        heard(said)
    raise RuntimeError("the process ended without a result")


def given(niceness: int = NICENESS) -> tuple[dict[str, Any], list["array[int]"]]:
    """Within such a process: its settings and arrays. It takes a low priority first."""
    os.nice(niceness)
    settings = json.loads(sys.stdin.buffer.readline())
    arrays = []
    for length in settings.pop("lengths"):
        one = array(INTEGERS)
        one.frombytes(sys.stdin.buffer.read(length * one.itemsize))
        arrays.append(one)
    return settings, arrays


def say(**said: object) -> None:
    """Within such a process: a line to whoever runs it."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
