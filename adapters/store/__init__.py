"""The store: PostgreSQL is the truth about whether anything may be done. Rows never leave this package."""
