"""FHIR R4 as plain values: JSON in, JSON out; no rows, no requests.

Names follow https://hl7.org/fhir/R4/. What FHIR has no place for travels in extensions
of our own, described in ADR-21.
"""
