"""The figures: house style, one module a notebook, one function a figure."""
