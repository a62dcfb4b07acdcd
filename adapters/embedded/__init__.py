"""PostgreSQL and Temporal on this machine: no account, no container, nothing left running."""
