"""Owner V is writing this file; H does not. See the end of /tmp/fl/doors.md."""
