"""The clinical core: every rule a clinician would argue about, in plain Python.

Nothing here reads a clock, a setting or a database; the standard library is the
only import. Marks on constants say where a number comes from: [S0] the review
(Li et al. 2026, doi:10.52338/jop.2026.5336), [S1] the trial (Löfgren et al. 2023,
doi:10.1016/j.ynpai.2023.100114), [O:n] another published source, [K] textbook
knowledge that a clinician confirms before release, [D] a decision of this
product, [U] unknown.
"""
