"""Looking after the system: long work, the audit log, the state of the machine."""
