"""What all reports are made of: a selection, its figures, and tables to hold them."""
