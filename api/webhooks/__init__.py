"""What payment processors and carriers tell us, each with the sender's own signature."""
