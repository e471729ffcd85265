"""Catalogues of other libraries: fetched, read and kept as entries that lead there."""
