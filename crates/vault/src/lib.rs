//! Secrets in the OS keychain, or in an encrypted file. Knows nothing of who asks for them.
