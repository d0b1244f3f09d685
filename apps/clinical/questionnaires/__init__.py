"""Questionnaires: instruments as data, and one engine that scores any of them.

`library.shipped_instrument` and `parsing.parse_instrument` give an instrument,
`scoring.score` its scores, `change.change` what became of them, and
`wording.parse_wording` reads the words that a clinic has a licence for. No wording
stands here, nor in any instrument's file: items are named by neutral codes.
"""
