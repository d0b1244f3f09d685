"""Servers and processes of one machine: plain Python, importable without settings."""
