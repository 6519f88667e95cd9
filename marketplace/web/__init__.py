"""Request handling: one unit of work a request, default deny, error pages, forms, paging, exports, headers."""
