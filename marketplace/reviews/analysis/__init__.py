"""评分分析: what the score sheets of a panel say beyond the announced result. Pure from sheets to record; the pages,
the document and the background computation stand around it."""
