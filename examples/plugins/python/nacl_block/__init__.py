"""The default plugin's rule in Python, file by file as in plugins/nacl-block, which is in Rust."""
