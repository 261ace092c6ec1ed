"""Worksheets: the drawing with questions on it, and the answers on a second sheet, on the page and as PDF."""
