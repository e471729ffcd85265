"""The first page: what is due, begun and done."""
