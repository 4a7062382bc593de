"""Every table, checked; one case of them; the rows of a case that count."""
