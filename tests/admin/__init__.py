"""Long work, the audit log and the state of the system."""
