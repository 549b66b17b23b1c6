"""Typed rows of a table, and what is wrong with them."""
