"""Whose certificates the program trusts."""

import os
import ssl
import sys
from typing import Final

_ASKED: Final = ("darwin", "win32")
"""The systems that keep authorities where OpenSSL does not look: the keychain of macOS, and the store of Windows, which
fetches some as they are needed."""


def context(platform: str = sys.platform) -> ssl.SSLContext:
    """Return a context that trusts whom the system trusts, so that a company's own authority works everywhere.

    On macOS and Windows truststore asks the system (https://truststore.readthedocs.io). Elsewhere, and wherever
    SSL_CERT_FILE or SSL_CERT_DIR names authorities, OpenSSL does: truststore would load all certificates anew for each
    connection, and would not look at the variables. Loading them takes 50 ms.
    """
    if platform not in _ASKED or os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
