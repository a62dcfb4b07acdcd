"""What the command line does: each command puts the parts together and runs them."""
