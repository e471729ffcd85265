"""The bundled content: every statement checked."""
