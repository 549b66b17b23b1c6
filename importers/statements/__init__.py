"""Bank statements: camt.053, MT940, OFX, QIF and tables of any bank, as one typed value, proved."""
