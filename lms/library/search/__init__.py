"""Full-text search in Chinese: the same tokens and the same plan on SQLite and PostgreSQL."""
