"""All data of one patient as one file."""
