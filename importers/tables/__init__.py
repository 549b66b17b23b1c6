"""Finding tables on a sheet, and what their columns hold."""
