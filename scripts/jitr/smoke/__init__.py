"""`jitr smoke`: whether a deployed environment does its job, shown by a device made for the purpose."""
