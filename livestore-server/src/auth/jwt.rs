//! Authorization by JSON web tokens: whoever has signed a token has said who may do what.

use std::{
    future::ready,
    time::{Duration, UNIX_EPOCH},
};

use axum::http::header::AUTHORIZATION;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::{Action, AuthRequest, Authorization, Authorizer, Client, Denied, Grant};

/// How much clocks may differ.
const LEEWAY: Duration = Duration::from_secs(5);

/// What the first line of a private key says.
const PRIVATE: &[u8] = b"PRIVATE KEY-----";

/// An [`Authorizer`] that believes signed tokens.
///
/// The token is the field `authToken` or `token` of the client's payload, or comes in an `Authorization:
/// Bearer` header. It must have these claims, beside those of JWT itself (`exp` is needed, `nbf` heeded):
///
/// - `stores`: the stores it is for, as a list of names; `*` at the end of one stands for anything.
/// - `permissions`: a list of `pull` and `push`; both if it is not there.
///
/// A connection lasts as long as its token. Shortly before it ends, clients of ours are asked for another;
/// others are sent away and come again with what they have.
///
/// ```
/// # use livestore_server::{SyncServer, auth::Jwt};
/// SyncServer::builder().authorizer(Jwt::hs256(b"a secret of at least 32 random bytes"));
/// ```
#[derive(Clone)]
pub struct Jwt {
    keys: Vec<(Algorithm, DecodingKey)>,
    audience: Option<String>,
    issuer: Option<String>,
}

/// A key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwtKeyError {
    /// It is neither an RSA nor an elliptic curve's public key in PEM form.
    #[error("not an RSA or P-256 public key in PEM form: {reason}")]
    Unreadable {
        /// What was found.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Claims {
    exp: u64,
    #[serde(default)]
    stores: Vec<String>,
    permissions: Option<Vec<String>>,
}

impl std::fmt::Debug for Jwt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let algorithms: Vec<_> = self.keys.iter().map(|(algorithm, _)| algorithm).collect();
        f.debug_struct("Jwt")
            .field("algorithms", &algorithms)
            .field("audience", &self.audience)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Jwt {
    /// Believes tokens signed with a shared secret (HS256).
    pub fn hs256(secret: &[u8]) -> Self {
        Self::of(Algorithm::HS256, DecodingKey::from_secret(secret))
    }

    /// Believes tokens signed with the private key to this public one: RS256 for an RSA key, ES256 for an
    /// elliptic curve's.
    ///
    /// # Errors
    /// When it is neither.
    pub fn public_key_pem(pem: &[u8]) -> Result<Self, JwtKeyError> {
        // As an RSA key it would be taken, and fit no signature.
        if pem.windows(PRIVATE.len()).any(|part| part == PRIVATE) {
            return Err(JwtKeyError::Unreadable {
                reason: "it is a private key".into(),
            });
        }
        let rsa = DecodingKey::from_rsa_pem(pem).map(|key| Self::of(Algorithm::RS256, key));
        rsa.or_else(|_| DecodingKey::from_ec_pem(pem).map(|key| Self::of(Algorithm::ES256, key)))
            .map_err(|error| JwtKeyError::Unreadable {
                reason: error.to_string(),
            })
    }

    fn of(algorithm: Algorithm, key: DecodingKey) -> Self {
        Self {
            keys: vec![(algorithm, key)],
            audience: None,
            issuer: None,
        }
    }

    /// Believes what another one believes, too: while keys are changed, for instance.
    pub fn or(mut self, other: Self) -> Self {
        self.keys.extend(other.keys);
        self
    }

    /// Believes only tokens made for this audience.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Believes only tokens made by this issuer.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    fn decide(&self, request: &AuthRequest) -> Result<Grant, Denied> {
        let token =
            token(&request.client).ok_or_else(|| Denied::unauthenticated("a token is missing"))?;
        let claims = self.claims(token)?;
        let store = request.store.as_str();
        let names = |pattern: &String| match pattern.strip_suffix('*') {
            Some(start) => store.starts_with(start),
            None => pattern == store,
        };
        if !claims.stores.iter().any(names) {
            let reason = format!("the token is not for store `{store}`");
            return Err(Denied::forbidden(reason));
        }
        let needed = match request.action {
            Action::Connect => None,
            Action::Pull => Some("pull"),
            Action::Push => Some("push"),
        };
        if let (Some(needed), Some(there)) = (needed, &claims.permissions)
            && !there.iter().any(|permission| permission == needed)
        {
            let reason = format!("the token does not permit to {needed}");
            return Err(Denied::forbidden(reason));
        }
        let expires_at = UNIX_EPOCH.checked_add(Duration::from_secs(claims.exp) + LEEWAY);
        Ok(expires_at.map_or_else(Grant::lasting, Grant::until))
    }

    fn claims(&self, token: &str) -> Result<Claims, Denied> {
        let denied = |error: &dyn std::fmt::Display| {
            Denied::unauthenticated(format!("the token is not valid: {error}"))
        };
        // The header says which algorithm was used, but only the key says which may be.
        let algorithm = decode_header(token).map_err(|error| denied(&error))?.alg;
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY.as_secs();
        validation.validate_nbf = true;
        validation.validate_aud = self.audience.is_some();
        if let Some(audience) = &self.audience {
            validation.set_audience(&[audience]);
            validation.set_required_spec_claims(&["exp", "aud"]);
        }
        if let Some(issuer) = &self.issuer {
            validation.set_issuer(&[issuer]);
            validation.required_spec_claims.insert("iss".into());
        }
        let mut refused = denied(&"no key of this server is for its algorithm");
        for (_, key) in self.keys.iter().filter(|(of, _)| *of == algorithm) {
            match decode::<Claims>(token, key, &validation) {
                Ok(data) => return Ok(data.claims),
                Err(error) => refused = denied(&error),
            }
        }
        Err(refused)
    }
}

impl Authorizer for Jwt {
    fn authorize(&self, request: AuthRequest) -> Authorization {
        Box::pin(ready(self.decide(&request)))
    }
}

fn token(client: &Client) -> Option<&str> {
    let payload = client.payload.as_deref();
    let field = |name: &str| payload?.get(name)?.as_str();
    field("authToken").or_else(|| field("token")).or_else(|| {
        let header = client.headers.get(AUTHORIZATION)?.to_str().ok()?;
        header.strip_prefix("Bearer ")
    })
}
