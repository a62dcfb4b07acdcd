"""Files that people write: journeys and message templates, parsed once and refused with line and remedy."""
