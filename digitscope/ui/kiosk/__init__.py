"""The page for a stand: one board, one answer, a queue of visitors, and nothing that they can break."""
