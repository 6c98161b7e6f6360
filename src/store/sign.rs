//! Signing what leaves the house: keyed hashes (HMAC), with keys that lie in files.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Characters of a key at least.
const KEY: usize = 32;

/// With which hash a signature is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// HMAC-SHA256.
    #[default]
    Sha256,
    /// HMAC-SM3 (GB/T 32905).
    Sm3,
}

/// The key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// Too short, or no text.
    #[error("{0}: a key is one line of {KEY} characters at least")]
    Weak(PathBuf),
    /// No randomness.
    #[error("no randomness: {0}")]
    Random(String),
}

/// A key with its algorithm.
#[derive(Clone)]
pub struct Signer {
    key: Vec<u8>,
    /// With which hash.
    pub algorithm: Algorithm,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({:?})", self.algorithm)
    }
}

impl Signer {
    /// The key in a file: its text without the end of the line.
    pub fn read(path: &Path, algorithm: Algorithm) -> Result<Signer, KeyError> {
        let text =
            std::fs::read_to_string(path).map_err(|cause| KeyError::File { path: path.to_owned(), cause })?;
        Signer::of(text.trim_end_matches(['\r', '\n']), algorithm)
            .ok_or_else(|| KeyError::Weak(path.to_owned()))
    }

    /// The key in a file, made where there is none.
    pub fn open(path: &Path, algorithm: Algorithm) -> Result<Signer, KeyError> {
        let failed = |cause| KeyError::File { path: path.to_owned(), cause };
        let mut options = std::fs::OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(path) {
            Ok(mut file) => {
                let mut key = [0u8; KEY];
                getrandom::fill(&mut key).map_err(|e| KeyError::Random(e.to_string()))?;
                let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
                file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        Signer::read(path, algorithm)
    }

    /// A key that is given; `None` where it is too short.
    pub fn of(key: &str, algorithm: Algorithm) -> Option<Signer> {
        let good = key.len() >= KEY && !key.contains(['\r', '\n']);
        good.then(|| Signer { key: key.as_bytes().to_vec(), algorithm })
    }

    /// The signature of a text, 32 bytes.
    pub fn sign(&self, text: &[u8]) -> Vec<u8> {
        match self.algorithm {
            Algorithm::Sha256 => mac::<Hmac<sha2::Sha256>>(&self.key, text),
            Algorithm::Sm3 => mac::<Hmac<sm3::Sm3>>(&self.key, text),
        }
    }

    /// Whether a signature in hexadecimal is that of a text; it takes as long whatever of it is wrong.
    pub fn verify_hex(&self, text: &[u8], signature: &str) -> bool {
        let pairs = signature.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        let Some(bytes) = bytes.collect::<Option<Vec<u8>>>() else { return false };
        match self.algorithm {
            Algorithm::Sha256 => verified::<Hmac<sha2::Sha256>>(&self.key, text, &bytes),
            Algorithm::Sm3 => verified::<Hmac<sm3::Sm3>>(&self.key, text, &bytes),
        }
    }

    /// The signature in hexadecimal.
    pub fn sign_hex(&self, text: &[u8]) -> String {
        self.sign(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
    // A keyed hash takes a key of any length.
    M::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

fn verified<M: Mac + KeyInit>(key: &[u8], text: &[u8], signature: &[u8]) -> bool {
    M::new_from_slice(key).is_ok_and(|mac| mac.chain_update(text).verify_slice(signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_standards() {
        let hex = |algorithm, key: &str, text: &str| {
            let signer = Signer { key: key.as_bytes().to_vec(), algorithm };
            signer.sign_hex(text.as_bytes())
        };
        // RFC 4231, test case 2.
        assert_eq!(
            hex(Algorithm::Sha256, "Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        // The same with SM3, computed with OpenSSL.
        assert_eq!(
            hex(Algorithm::Sm3, "Jefe", "what do ya want for nothing?"),
            "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882"
        );
    }

    #[test]
    fn a_signature_counts_whole_and_for_its_text_alone() {
        for algorithm in [Algorithm::Sha256, Algorithm::Sm3] {
            let signer = Signer::of("0123456789abcdef0123456789abcdef", algorithm).unwrap();
            let good = signer.sign_hex(b"a");
            assert!(signer.verify_hex(b"a", &good) && signer.verify_hex(b"a", &good.to_uppercase()));
            for bad in ["", "zz", "é", &good[..62], &format!("{good}00"), &signer.sign_hex(b"b")] {
                assert!(!signer.verify_hex(b"a", bad), "{bad}");
            }
        }
    }

    #[test]
    fn a_key_is_made_once_and_lies_open_to_nobody() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ticket.key");
        assert!(Signer::read(&file, Algorithm::Sha256).is_err());
        let made = Signer::open(&file, Algorithm::Sha256).unwrap().sign_hex(b"a");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Signer::open(&file, Algorithm::Sha256).unwrap().sign_hex(b"a"), made);
        assert_ne!(Signer::open(&file, Algorithm::Sm3).unwrap().sign_hex(b"a"), made);
        // An editor ends the line.
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{text}\r\n")).unwrap();
        assert_eq!(Signer::read(&file, Algorithm::Sha256).unwrap().sign_hex(b"a"), made);
        for weak in ["", "short", "two\nlines that are long enough to be a key"] {
            std::fs::write(&file, weak).unwrap();
            assert!(matches!(Signer::read(&file, Algorithm::Sha256), Err(KeyError::Weak(_))), "{weak:?}");
        }
    }
}
