"""Answer: parse what is asked, call one door, reply."""
