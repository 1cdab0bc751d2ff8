"""Two to six runs beside one another: what differs between them, what came of each, and rivals at the same budget."""
