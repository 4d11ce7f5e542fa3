"""Infrastructure: settings, the stack, and one construct per capability."""

from jitr_stack.runtime_source import load_package

load_package(__name__, __path__)
