"""Infrastructure: settings, the stack, and one construct per capability."""
