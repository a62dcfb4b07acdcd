"""Decide: what is owed, what comes next and what may be sent, told everything it needs to know."""
