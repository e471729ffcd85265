"""Measurements of the product as it runs: `./run bench exam`. They start servers of their own and need no network."""
