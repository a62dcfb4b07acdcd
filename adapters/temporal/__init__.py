"""Connect: the client, the payload codec, and the doors to running journeys."""
