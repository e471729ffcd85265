"""The measurement of study time itself: a small one, over HTTP."""

from pathlib import Path

from benchmarks.study import measured


def test_what_learners_were_told_is_in_the_ledger(tmp_path: Path) -> None:
    """
    Twenty learners with a beat a second: all are answered, and every millisecond that was acknowledged is counted.
    """
    found = measured(tmp_path, 20, 4.0, 1.0)

    assert (found["faults"], found["unwitnessed_ms"]) == (0, 0)
    assert found["beats"] >= 60
    assert 0 < found["cpu_ms_beat"] < 25
