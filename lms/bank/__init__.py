"""The question bank: pools of items, each in immutable versions."""
