"""AWS IoT policies, evaluated here: `iot:TestAuthorization` says yes or no, and not what would be a yes."""
