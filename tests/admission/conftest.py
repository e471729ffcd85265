"""The exam of the supervision's tests, and what its people do at its door."""

from tests.supervision.conftest import hall as hall
