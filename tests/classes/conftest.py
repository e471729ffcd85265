"""The school of these tests."""

import pytest
from flask import Flask

from tests.cast import Cast
from tests.classes.school import School


@pytest.fixture
def school(app: Flask, cast: Cast) -> School:
    """Qian, Feng and their organisation."""
    return School(app, cast)
