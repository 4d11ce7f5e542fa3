"""The custom resource that makes a certificate authority and registers it with AWS IoT."""
