"""Training examples made from others, or by rule: only training needs them."""
