"""The schema's history; Alembic reads the files in order."""
