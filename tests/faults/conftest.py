"""What the tests of faults share."""

import pytest

from tests.faults.hall import Hall, make_hall


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """One stored installation for all tests of this process; each spoils a copy."""
    return make_hall(tmp_path_factory.mktemp("hall"))
