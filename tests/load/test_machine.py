"""What processes cost, and how the bench shares it out."""

import os
import subprocess
import sys
import time

import pytest

from benchmarks.steps import Costs
from lms.load.herd import Hold
from lms.load.machine import Group, parent

BUSY = "import time\nuntil = time.process_time() + 0.5\nwhile time.process_time() < until: pass\nprint(1, flush=True)\ninput()"


def test_the_cpu_of_a_helper_counts_and_its_memory_does_not() -> None:
    """
    A group counts its own processes; with the parent of a database server's processes it counts those too, but only their
    CPU time.
    """
    alone = Group(2**30)
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as busy:
        assert busy.stdout is not None
        busy.stdout.readline()
        helped = alone.with_helper(busy.pid)
        assert parent(busy.pid) == os.getpid()
        assert alone.cpu_seconds() == 0
        assert 0.45 <= helped.cpu_seconds() < 5  # the system counts in ticks of 10 ms
        assert helped.memory_bytes() == 0
        busy.communicate(b"\n")


def test_own_cpu_is_seen_as_it_grows() -> None:
    """
    The CPU time of this group grows by what this process burns.
    """
    group = Group(os.getpgid(0))
    before, until = group.cpu_seconds(), time.process_time() + 0.3
    while time.process_time() < until:
        pass

    assert group.cpu_seconds() - before >= 0.28
    assert group.memory_bytes() > 1_000_000


@pytest.mark.parametrize(("cpu", "times"), [(2.0, 1.0), (3.0, 2.0), (0.5, 0.0)])
def test_the_hold_is_shared_out_in_proportion(cpu: float, times: float) -> None:
    """
    1,000 answers of 0.6 ms and 2,000 pulses of 0.2 ms are 1 s; a server that idles at 0.1 s in each of 10 s used 2 s for
    both. Where it used more, answers and pulses cost more in the same proportion; never less than nothing.
    """
    found = Costs({"save": 0.6, "pulse": 0.2}, 100.0).of_hold(Hold(10.0, cpu, 1000, 2000))

    assert (found["save"], found["pulse"]) == pytest.approx((0.6 * times, 0.2 * times))
    assert (found["saves"], found["pulses"], found["cores"]) == (1000, 2000, round(cpu / 10, 2))


def test_a_hold_without_requests_has_no_shares() -> None:
    """
    Nobody answered: nothing is shared out.
    """
    found = Costs({"save": 0.6, "pulse": 0.2}, 10.0).of_hold(Hold(10.0, 1.0, 0, 0))

    assert (found["save"], found["pulse"]) == (0.0, 0.0)
