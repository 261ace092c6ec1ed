"""The page for a stand: a canvas, one large answer, a queue of visitors, and nothing that they can break."""
