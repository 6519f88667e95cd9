"""Public pages (公开页面): what anybody may read without signing in. It never tells of sealed bids."""
