"""Measurements: each script prints raw figures and, last, a ratio to something bare."""
