"""Load progression: what the next load may be, and why.

`proposals.draft` reads a table from the top and `proposals.at_pre` lowers what it
proposed. Nothing here puts a load in force: a therapist decides with the person.
"""
