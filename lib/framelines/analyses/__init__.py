"""From a case to estimates and tidy tables."""
