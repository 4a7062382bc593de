"""The only place that writes results: numbers, tables, figures, pages, print."""
