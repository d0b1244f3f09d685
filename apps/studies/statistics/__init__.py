"""The statistics of a trial's outcome tables, equal to what SPSS 26 prints [S1].

Plain functions over plain sequences: one entry per person, None where a value is
missing. No Django, no query, no clock. Numpy and scipy are imported here and in
worker tasks and commands alone, never in the web process.
"""
