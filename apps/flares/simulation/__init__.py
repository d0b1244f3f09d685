"""Synthetic patients, judged by the product's own detector.

Plain Python without Django or a database. What comes out is arithmetic about
assumptions: it tells how two policies differ, never how many people are helped.
`docs/simulation.md` says what is assumed and what was measured.
"""
