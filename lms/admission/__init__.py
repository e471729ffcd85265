"""Who may enter an exam, from which computers and with which browser: rooms and seats, codes, addresses, keys."""
