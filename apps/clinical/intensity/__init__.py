"""How hard exercise is meant to be, each number with the basis it stands on.

The review takes 60-75 % of VO2max for 60-75 % of the highest heart rate; these are
not the same scale [K]. So every target keeps its basis, and nothing is converted
unless a person asks for it.
"""
