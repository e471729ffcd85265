"""The formats units of learning come in, one module each."""
