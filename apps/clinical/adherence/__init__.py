"""Adherence: how much of what was prescribed was done.

`course.adherence_of` is the way in. It goes three steps that can be taken one by one:
`matching.match_sessions_to_slots` says which session fills which slot, `outcomes`
makes one row a slot, and `figures.figures_of` adds rows up. Whoever has such rows from
elsewhere begins at the last step.
"""
