"""The one place where certificates, requests and keys are made, read and checked."""
