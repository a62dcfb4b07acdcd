"""Wait: the durable story of one account, told to Temporal."""
