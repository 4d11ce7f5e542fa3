"""What stands between this device and its endpoint, looked at one by one."""
