"""Methods on plain values and frames: dates, calendars, figures, contrasts, agreement."""
