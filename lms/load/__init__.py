"""An exam day played by simulated candidates against the product as it is served: the bench and the rehearsal share it.

`loop` sends and waits, `candidate` behaves as the player's script does, `herd` gives everybody their times, `people` makes
them, `served` runs the server, `losses` compares what was acknowledged with what is stored, `play` does a rehearsal.
"""
