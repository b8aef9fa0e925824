"""How quick the dashboard is on a large run, in a real browser; and the screenshots in docs/screens."""
