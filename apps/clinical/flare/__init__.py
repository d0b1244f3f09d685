"""The flare detector: from a patient's ratings to verdicts and alerts.

`detector.judge_history` is the way in. Its output is a prompt to look. It never
claims a diagnosis, tissue damage, that exercise is harmful for this person, nor
that the absence of an alert means that there was no flare.
"""
