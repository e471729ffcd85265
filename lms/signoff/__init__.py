"""Signing off an exam: two people agree that it is done, it is locked, and everything that proves it goes into one package."""
