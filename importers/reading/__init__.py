"""Files into sheets of cells, whatever their format and name."""
