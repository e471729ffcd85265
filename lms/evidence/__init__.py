"""Evidence: certificates, packages and keys by which anybody can check what was learned, without us; and what is revoked."""
