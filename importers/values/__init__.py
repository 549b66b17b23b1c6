"""What one cell says: amounts, dates, words, in any language."""
