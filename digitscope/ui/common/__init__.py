"""What all parts of the page share: per-tab state, the networks in use, pictures, texts, the page's frame."""
