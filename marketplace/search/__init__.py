"""Word search (检索): one row for each findable object, Chinese by character pairs, the same on both databases."""
