"""Recipes, one per checkpoint, and the loop that follows them."""
