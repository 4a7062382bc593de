"""One notebook run, and whether the results are what they were."""
