"""Act: what journeys asked for, done against store and carriers; safe to run twice."""
