"""Published models: which there are, how they are found, downloaded, placed on a device, loaded and kept."""
