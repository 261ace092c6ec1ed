"""Files and messages that drawings and pictures come in: MNIST, UNIPEN text, the canvas's JSON, picture files."""
