"""One account's walk through a journey, as pure functions of the definition, the run and the time."""
