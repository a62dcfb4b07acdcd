"""CONNECT: everything that speaks to the world outside, each behind a name of ours."""
