"""Records for device certificates that were signed elsewhere: imported before, or adopted as they come."""
