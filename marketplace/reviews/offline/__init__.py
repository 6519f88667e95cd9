"""离线评分表: one expert's open score sheets as an Excel workbook, and what it says when it comes back."""
