"""Priority (倾斜): the points ledger, and the pilot and funding lists that rank by it, row by row traceable."""
