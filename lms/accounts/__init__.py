"""People, the organisation tree, roles and sessions."""
