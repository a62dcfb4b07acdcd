"""The carriers that take a message to a person, behind one shape (see provider.py)."""
