"""How much of a processor a process uses while what is urgent is answered."""

import threading
import time

import pytest

import lms.pressure
from lms.pressure import SPAN, STALE, Pressure


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Both clocks of the module, set by hand."""
    now = {"wall": 100.0, "used": 5.0}
    monkeypatch.setattr(lms.pressure.time, "perf_counter", lambda: now["wall"])
    monkeypatch.setattr(lms.pressure.time, "process_time", lambda: now["used"])
    return now


def pass_by(watch: dict[str, float], pressure: Pressure, seconds: float, share: float) -> None:
    """Time in which a share of a processor was used, and something urgent was answered at its end."""
    watch["wall"] += seconds
    watch["used"] += seconds * share
    pressure.felt(watch["wall"])


def test_the_share_follows_what_was_used(watch: dict[str, float]) -> None:
    """
    It comes near to what is used within some spans, up and down, and one short rush is not all of it.
    """
    pressure = Pressure()
    assert pressure.share == 0

    pass_by(watch, pressure, SPAN, 0.8)
    assert pressure.share == pytest.approx(0.4)
    for _ in range(5):
        pass_by(watch, pressure, SPAN, 0.8)
    assert pressure.share == pytest.approx(0.8, abs=0.02)
    for _ in range(5):
        pass_by(watch, pressure, SPAN, 0.1)
    assert pressure.share == pytest.approx(0.1, abs=0.03)


def test_within_a_span_it_stays(watch: dict[str, float]) -> None:
    """
    Thousands of answers a second do not read the clock of the process each.
    """
    pressure = Pressure()
    for _ in range(4):
        pass_by(watch, pressure, SPAN, 1.0)
    before = pressure.share
    pass_by(watch, pressure, SPAN / 10, 0.0)

    assert pressure.share == before


def test_what_nobody_renews_says_nothing(watch: dict[str, float]) -> None:
    """
    A second after the last answer there is no exam to be slowed down, whatever else the process does; and the time in which
    nobody came does not count when somebody comes again.
    """
    pressure = Pressure()
    for _ in range(5):
        pass_by(watch, pressure, SPAN, 1.0)
    watch["wall"] += STALE
    assert pressure.share == 0

    pass_by(watch, pressure, 10.0, 0.9)
    assert pressure.share < 0.55


def test_a_process_that_computes_feels_it() -> None:
    """
    With the real clocks: a thread that computes is seen, one that sleeps is not.
    """
    pressure, ended = Pressure(), threading.Event()

    def compute() -> None:
        while not ended.is_set():
            sum(range(1000))

    def share_after(seconds: float) -> float:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            time.sleep(0.02)
            pressure.felt(time.perf_counter())
        return pressure.share

    thread = threading.Thread(target=compute)
    thread.start()
    busy = share_after(2.0)
    ended.set()
    thread.join()

    assert busy > 0.2
    assert share_after(2.0) < busy / 2
