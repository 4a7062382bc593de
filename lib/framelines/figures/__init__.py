"""One function a figure."""
