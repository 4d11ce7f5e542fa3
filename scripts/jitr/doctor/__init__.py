"""`jitr doctor`: what stands between an operator and a deployed environment, looked at from all sides."""
