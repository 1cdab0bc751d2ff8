"""Is a reward model served right? The same texts are scored in every way in which a server may score them."""
