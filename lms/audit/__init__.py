"""Who did what, when, from where: an append-only, hash-chained record of every write."""
