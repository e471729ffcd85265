"""The demonstration: an invented bureau with its people, their studies and their exams.

Everything goes through the same services as in real use; only the clock is set back for what lies in the past.
"""
