//! Sealing what must not lie open in the file: how somebody wants to be called back.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Bytes of a key.
const KEY: usize = 32;

/// Bytes of a nonce, in front of what is sealed.
const NONCE: usize = 24;

/// The key can't be read or made, or something was sealed with another one.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file of the key.
    #[error("{path}: {cause}; it must hold {KEY} bytes that only the service can read")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// No randomness.
    #[error("no randomness: {0}")]
    Random(String),
    /// Sealed with another key, or altered.
    #[error("what was sealed can't be opened with this key; put the old contact.key back")]
    Foreign,
}

/// A key that lies beside the file of what is kept, not in it.
#[derive(Clone)]
pub struct Seal(XChaCha20Poly1305);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|e| SealError::Random(e.to_string()))?;
    Ok(bytes)
}

impl Seal {
    /// The key of a file, made where there is none.
    pub fn open(path: &Path) -> Result<Seal, SealError> {
        let failed = |cause| SealError::File { path: path.to_owned(), cause };
        let mut options = std::fs::OpenOptions::new();
        let key = match options.write(true).create_new(true).mode(0o600).open(path) {
            Ok(mut file) => {
                let key = random::<KEY>()?;
                file.write_all(&key).and_then(|()| file.sync_all()).map_err(failed)?;
                key
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let mut key = [0u8; KEY];
                let mut file = std::fs::File::open(path).map_err(failed)?;
                file.read_exact(&mut key).map_err(failed)?;
                key
            }
            Err(error) => return Err(failed(error)),
        };
        Ok(Seal::of(key))
    }

    /// A key that is kept nowhere, for tests and measurements.
    pub fn passing() -> Result<Seal, SealError> {
        Ok(Seal::of(random::<KEY>()?))
    }

    fn of(key: [u8; KEY]) -> Seal {
        Seal(XChaCha20Poly1305::new(&Key::from(key)))
    }

    /// Seals a text.
    pub fn seal(&self, text: &str) -> Result<String, SealError> {
        let nonce = random::<NONCE>()?;
        let sealed = self.0.encrypt(&XNonce::from(nonce), text.as_bytes()).map_err(|_| SealError::Foreign)?;
        let whole = nonce.iter().chain(&sealed);
        Ok(whole.map(|byte| format!("{byte:02x}")).collect())
    }

    /// Opens what was sealed.
    pub fn unseal(&self, sealed: &str) -> Result<String, SealError> {
        let bytes: Option<Vec<u8>> = (0..sealed.len() / 2)
            .map(|at| sealed.get(at * 2..at * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        let bytes = bytes.ok_or(SealError::Foreign)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(SealError::Foreign)?;
        let text = self.0.decrypt(&XNonce::from(*nonce), sealed).map_err(|_| SealError::Foreign)?;
        String::from_utf8(text).map_err(|_| SealError::Foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("contact.key");
        let seal = Seal::open(&file).unwrap();
        let sealed = seal.seal("张三").unwrap();
        assert!(!sealed.contains("张三"));
        assert_ne!(sealed, seal.seal("张三").unwrap(), "the same twice looks different");
        assert_eq!(Seal::open(&file).unwrap().unseal(&sealed).unwrap(), "张三");
        assert!(Seal::passing().unwrap().unseal(&sealed).is_err());
        for broken in ["", "zz", "00", &sealed[2..], &sealed[..sealed.len() - 2]] {
            assert!(seal.unseal(broken).is_err(), "{broken}");
        }
        std::fs::write(&file, b"short").unwrap();
        assert!(Seal::open(&file).unwrap_err().to_string().contains("contact.key"));
    }
}
