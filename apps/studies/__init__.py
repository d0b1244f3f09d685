"""Trials: what a group of patients shows together."""
