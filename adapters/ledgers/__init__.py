"""Historical ledgers: CSV files read through a declared mapping, and walked on the real engine."""
