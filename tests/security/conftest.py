"""The house of these tests: built once, put back in place before each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.house import House, opened_house


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Path]]:
    """The house and the folder of its copy."""
    copy = tmp_path_factory.mktemp("kept")
    for house in opened_house(tmp_path_factory.mktemp("house")):
        house.keep(copy)
        yield house, copy


@pytest.fixture
def house(built: tuple[House, Path]) -> House:
    """The house as it was built."""
    found, copy = built
    found.back(copy)
    return found
