//! ID tokens: whether one is from the provider, for this service, for this sign-in, and still good.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, new_error};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, Header, Validation, decode, decode_header};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Map, Value};

/// Seconds by which two clocks may differ.
const LEEWAY: u64 = 60;

/// What a token must say.
pub(super) struct Wanted<'a> {
    /// `iss`
    pub issuer: &'a str,
    /// `aud`, and `azp` where there is one.
    pub client: &'a str,
    /// `nonce`
    pub nonce: &'a str,
    /// The claim that is asked for.
    pub claim: &'a str,
}

/// Why a token doesn't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No key of the provider fits; newer ones may.
    NoKey,
    /// Anything else, in a word.
    Bad(&'static str),
}

/// Signatures are checked by ring; nothing is signed here.
static CRYPTO: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    verifier_factory: |algorithm, key| Ok(Box::new(Key { algorithm: *algorithm, key: key.clone() })),
    key_utils: KeyUtils::new_unimplemented(),
};

struct Key {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Verifier<Vec<u8>> for Key {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let checked = match (self.algorithm, self.key.kind()) {
            (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                // Some providers write the sign of a number before it, which a modulus has not.
                let n = n.strip_prefix(&[0]).unwrap_or(n);
                RsaPublicKeyComponents { n, e: e.as_slice() }.verify(
                    &RSA_PKCS1_2048_8192_SHA256,
                    message,
                    signature,
                )
            }
            (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            _ => return Err(signature::Error::new()),
        };
        checked.map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Key {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// Whether a key may have signed with this header.
fn fits(key: &Jwk, header: &Header) -> bool {
    let kind = match (&key.algorithm, header.alg) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => true,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => curve.curve == EllipticCurve::P256,
        _ => false,
    };
    let signs = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    kind && signs && (header.kid.is_none() || header.kid == key.common.key_id)
}

/// The claim that is wanted, of a token that is wholly in order.
pub(super) fn read(token: &str, keys: &[Jwk], wanted: &Wanted<'_>) -> Result<String, Fault> {
    // Installed twice, the first one stays, and it is the same.
    let _ = CRYPTO.install_default();
    let header = decode_header(token).map_err(|_| Fault::Bad("malformed"))?;
    if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
        return Err(Fault::Bad("algorithm"));
    }
    let mut validation = Validation::new(header.alg);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(&[wanted.issuer]);
    validation.set_audience(&[wanted.client]);
    let mut last = Fault::NoKey;
    for key in keys.iter().filter(|key| fits(key, &header)) {
        let read =
            DecodingKey::from_jwk(key).and_then(|key| decode::<Map<String, Value>>(token, &key, &validation));
        match read {
            Ok(read) => return claim(&read.claims, wanted),
            Err(error) => last = Fault::Bad(word(error.kind())),
        }
        // Without a name in the header another key may be meant.
        if last != Fault::Bad("signature") {
            break;
        }
    }
    Err(last)
}

fn word(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidSignature => "signature",
        ErrorKind::ExpiredSignature | ErrorKind::ImmatureSignature => "expired",
        ErrorKind::InvalidIssuer => "issuer",
        ErrorKind::InvalidAudience => "audience",
        _ => "malformed",
    }
}

/// What only this sign-in knows, and the claim.
fn claim(claims: &Map<String, Value>, wanted: &Wanted<'_>) -> Result<String, Fault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let many = claims.get("aud").and_then(Value::as_array).is_some_and(|list| list.len() > 1);
    // Made for several, it must say for whom.
    if text("azp").map_or(many, |party| party != wanted.client) {
        return Err(Fault::Bad("audience"));
    }
    if text("nonce") != Some(wanted.nonce) {
        return Err(Fault::Bad("nonce"));
    }
    text(wanted.claim).map(str::to_owned).ok_or(Fault::Bad("claim"))
}
