"""Views of what surrounds exercise."""
