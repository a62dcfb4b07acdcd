"""Figures that can be re-run: what the engine costs, against bare Temporal in the same run."""
