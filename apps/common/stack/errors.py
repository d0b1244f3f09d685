"""What a person at the terminal is told when a stack cannot run."""


class StackError(Exception):
    """Something on this machine is in the way; the text says what to do about it."""
