"""The device policy's end: a policy that devices hold cannot be deleted, so it is taken from them first."""
