"""The house of these tests: built once, put back in place before each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.evidence import pace
from tests.security.building import opened_house
from tests.security.house import House


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
    pace.init_app(found.app)  # what earlier tests asked for is forgotten
    return found
