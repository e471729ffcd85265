"""Bringing the organisation and its people from spreadsheets: a dry run first, then the good rows."""
