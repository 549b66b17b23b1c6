"""The end of a period: closing entries, the opening of the next, seals."""
