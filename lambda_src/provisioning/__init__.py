"""Provisioning: what thing a certificate's device becomes, from a template of the environment's."""
