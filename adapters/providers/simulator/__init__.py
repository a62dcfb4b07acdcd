"""A local stand-in for Twilio and SendGrid: real requests, real state, signed callbacks, faults on demand."""
