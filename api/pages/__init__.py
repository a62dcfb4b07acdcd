"""Pages for people: the operators' console and the API's reference."""
