"""Evidence that stands without us: canonical JSON, signatures, credentials, and the package that anyone can check offline."""
