"""The function that signs devices' certificates and remembers each one."""
