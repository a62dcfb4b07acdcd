"""Virtual time: the same interpreter and the same gate, without engine, store or provider."""
