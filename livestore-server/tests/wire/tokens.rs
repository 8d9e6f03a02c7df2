//! JSON web tokens: which are believed.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use livestore_server::{
    auth::{Jwt, JwtKeyError},
    storage::MemoryStore,
};
use rcgen::KeyPair;
use serde_json::{Value, json};

use crate::{
    auth::url,
    door::status,
    support::{Client, TestServer, builder, event, numbers},
};

const SECRET: &[u8] = b"a secret of at least 32 random bytes";

fn token(claims: &Value) -> String {
    signed(Algorithm::HS256, &EncodingKey::from_secret(SECRET), claims)
}

fn signed(algorithm: Algorithm, key: &EncodingKey, claims: &Value) -> String {
    encode(&Header::new(algorithm), claims, key).expect("it can be signed")
}

fn seconds_from_now(seconds: i64) -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    now.as_secs() as i64 + seconds
}

async fn with_jwt(jwt: Jwt) -> TestServer {
    TestServer::with(builder().storage(MemoryStore::new()).authorizer(jwt)).await
}

#[tokio::test]
async fn tokens_are_believed_if_they_are_signed_in_time_and_for_the_store() {
    let server = with_jwt(Jwt::hs256(SECRET)).await;
    let exp = seconds_from_now(60);
    let unsigned = "eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTksInN0b3JlcyI6WyJzIl19.";
    let other_key = EncodingKey::from_secret(b"another secret of at least 32 bytes");
    let claims = json!({"exp": exp, "stores": ["s"]});
    let forged = signed(Algorithm::HS256, &other_key, &claims);
    for (case, token, expected) in [
        ("for the store", token(&claims), 101),
        (
            "for a group",
            token(&json!({"exp": exp, "stores": ["t", "s*"]})),
            101,
        ),
        ("for all", token(&json!({"exp": exp, "stores": ["*"]})), 101),
        (
            "for another",
            token(&json!({"exp": exp, "stores": ["t", "ss", "t*"]})),
            403,
        ),
        ("for none", token(&json!({"exp": exp})), 403),
        (
            "too old",
            token(&json!({"exp": seconds_from_now(-60), "stores": ["s"]})),
            401,
        ),
        (
            "too early",
            token(&json!({"exp": exp, "nbf": exp, "stores": ["s"]})),
            401,
        ),
        ("without an end", token(&json!({"stores": ["s"]})), 401),
        ("unsigned", unsigned.to_owned(), 401),
        ("forged", forged, 401),
        ("no token", "x".to_owned(), 401),
    ] {
        let url = url(&server, &json!({"authToken": token}), false);
        assert_eq!(status(Client::open(&url, "s").await), expected, "{case}");
    }
    let bearer = format!("Bearer {}", token(&claims));
    let result = Client::open_with(&server.url("s"), "s", &[("authorization", &bearer)]).await;
    assert_eq!(status(result), 101);
}

#[tokio::test]
async fn a_token_for_reading_does_not_write() {
    let server = with_jwt(Jwt::hs256(SECRET)).await;
    let claims = json!({"exp": seconds_from_now(60), "stores": ["s"], "permissions": ["pull"]});
    let url = url(&server, &json!({"authToken": token(&claims)}), false);
    let mut client = Client::open(&url, "s").await.expect("it connects");
    assert!(numbers(&client.read_all().await).is_empty());
    let error = client.push_err(&[event(1, 0, "a")]).await;
    assert_eq!(error["payload"]["_tag"], "Unauthorized");
}

#[tokio::test]
async fn an_audience_and_an_issuer_are_asked_for() {
    let server = with_jwt(Jwt::hs256(SECRET).audience("sync").issuer("us")).await;
    let exp = seconds_from_now(60);
    for (more, expected) in [
        (json!({"aud": "sync", "iss": "us"}), 101),
        (json!({"aud": "other", "iss": "us"}), 401),
        (json!({"aud": "sync", "iss": "them"}), 401),
        (json!({"aud": "sync"}), 401),
        (json!({"iss": "us"}), 401),
    ] {
        let mut claims = json!({"exp": exp, "stores": ["s"]});
        claims
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("one").clone());
        let url = url(&server, &json!({"authToken": token(&claims)}), false);
        assert_eq!(status(Client::open(&url, "s").await), expected, "{more}");
    }
}

/// Made for these tests, and used nowhere else.
const RSA_PRIVATE: &str = include_str!("keys/rsa-private.pem");
const RSA_PUBLIC: &str = include_str!("keys/rsa-public.pem");
/// `{"alg":"none"}`, as it is written in tokens.
const NO_ALGORITHM: &str = "eyJhbGciOiJub25lIn0";

/// A pair of keys, and what signs with the private one.
struct Keys {
    algorithm: Algorithm,
    private: EncodingKey,
    public: String,
}

impl Keys {
    fn rsa() -> Self {
        Self {
            algorithm: Algorithm::RS256,
            private: EncodingKey::from_rsa_pem(RSA_PRIVATE.as_bytes()).expect("an RSA key"),
            public: RSA_PUBLIC.to_owned(),
        }
    }

    fn elliptic() -> Self {
        let pair = KeyPair::generate().expect("a key on P-256");
        let private = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes());
        Self {
            algorithm: Algorithm::ES256,
            private: private.expect("a key on P-256"),
            public: pair.public_key_pem(),
        }
    }

    fn jwt(&self) -> Jwt {
        Jwt::public_key_pem(self.public.as_bytes()).expect("a public key")
    }

    fn sign(&self, claims: &Value) -> String {
        signed(self.algorithm, &self.private, claims)
    }
}

async fn answer(server: &TestServer, token: &str) -> u16 {
    let url = url(server, &json!({"authToken": token}), false);
    status(Client::open(&url, "s").await)
}

fn claims() -> Value {
    json!({"exp": seconds_from_now(60), "stores": ["s"]})
}

fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

async fn a_token_of_the_private_key_is_believed_in_time(keys: &Keys) {
    let server = with_jwt(keys.jwt()).await;
    for (case, claims, expected) in [
        ("in time", claims(), 101),
        (
            "too old",
            claims_with("exp", seconds_from_now(-60).into()),
            401,
        ),
        (
            "too early",
            claims_with("nbf", seconds_from_now(60).into()),
            401,
        ),
        ("without an end", json!({"stores": ["s"]}), 401),
        (
            "for another store",
            claims_with("stores", json!(["t"])),
            403,
        ),
    ] {
        assert_eq!(
            answer(&server, &keys.sign(&claims)).await,
            expected,
            "{case}"
        );
    }
}

#[tokio::test]
async fn a_token_of_an_rsa_key_is_believed_in_time() {
    a_token_of_the_private_key_is_believed_in_time(&Keys::rsa()).await;
}

#[tokio::test]
async fn a_token_of_an_elliptic_key_is_believed_in_time() {
    a_token_of_the_private_key_is_believed_in_time(&Keys::elliptic()).await;
}

#[tokio::test]
async fn a_token_of_a_private_key_is_for_the_audience_and_by_the_issuer_that_were_named() {
    for keys in [Keys::rsa(), Keys::elliptic()] {
        let server = with_jwt(keys.jwt().audience("sync").issuer("us")).await;
        let mut right = claims_with("aud", "sync".into());
        right["iss"] = "us".into();
        assert_eq!(answer(&server, &keys.sign(&right)).await, 101);
        for (name, value) in [("aud", "other"), ("iss", "them")] {
            let mut wrong = right.clone();
            wrong[name] = value.into();
            assert_eq!(answer(&server, &keys.sign(&wrong)).await, 401, "{wrong}");
            wrong.as_object_mut().expect("claims").remove(name);
            assert_eq!(answer(&server, &keys.sign(&wrong)).await, 401, "{wrong}");
        }
    }
}

/// The public key is known to everybody: as a secret it proves nothing.
#[tokio::test]
async fn a_token_signed_with_the_public_key_as_a_secret_is_refused() {
    for keys in [Keys::rsa(), Keys::elliptic()] {
        let alone = with_jwt(keys.jwt()).await;
        let beside_a_secret = with_jwt(Jwt::hs256(SECRET).or(keys.jwt())).await;
        for secret in [&*keys.public, keys.public.trim_end()] {
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                let key = EncodingKey::from_secret(secret.as_bytes());
                let forged = signed(algorithm, &key, &claims());
                for server in [&alone, &beside_a_secret] {
                    assert_eq!(answer(server, &forged).await, 401, "{algorithm:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused_whatever_its_header_says() {
    for keys in [Keys::rsa(), Keys::elliptic()] {
        let server = with_jwt(keys.jwt()).await;
        let right = keys.sign(&claims());
        let [header, body, signature] = *right.split('.').collect::<Vec<_>>() else {
            panic!("{right} has no three parts");
        };
        for (case, token) in [
            ("none, unsigned", format!("{NO_ALGORITHM}.{body}.")),
            ("none, signed", format!("{NO_ALGORITHM}.{body}.{signature}")),
            ("signature left out", format!("{header}.{body}.")),
            ("two parts", format!("{header}.{body}")),
        ] {
            assert_eq!(answer(&server, &token).await, 401, "{case}");
        }
        assert_eq!(answer(&server, &right).await, 101);
    }
}

#[tokio::test]
async fn a_token_of_another_key_or_algorithm_is_refused() {
    let (rsa, elliptic, other) = (Keys::rsa(), Keys::elliptic(), Keys::elliptic());
    let for_rsa = with_jwt(rsa.jwt()).await;
    let for_elliptic = with_jwt(elliptic.jwt()).await;
    assert_eq!(answer(&for_rsa, &elliptic.sign(&claims())).await, 401);
    assert_eq!(answer(&for_elliptic, &rsa.sign(&claims())).await, 401);
    assert_eq!(answer(&for_elliptic, &other.sign(&claims())).await, 401);
    // Of the right key, by an algorithm that nobody has named.
    for algorithm in [Algorithm::RS512, Algorithm::PS256] {
        let token = signed(algorithm, &rsa.private, &claims());
        assert_eq!(answer(&for_rsa, &token).await, 401, "{algorithm:?}");
    }
}

#[tokio::test]
async fn claims_that_were_changed_after_they_were_signed_are_refused() {
    for keys in [Keys::rsa(), Keys::elliptic()] {
        let server = with_jwt(keys.jwt()).await;
        let (own, foreign) = (
            keys.sign(&claims_with("stores", json!(["t"]))),
            keys.sign(&claims()),
        );
        let parts: Vec<_> = own.split('.').collect();
        let body = foreign.split('.').nth(1).expect("a body");
        let changed = format!("{}.{body}.{}", parts[0], parts[2]);
        assert_eq!(answer(&server, &changed).await, 401);
    }
}

#[tokio::test]
async fn while_keys_are_changed_tokens_of_each_are_believed() {
    let (old, new) = (Keys::elliptic(), Keys::elliptic());
    let server = with_jwt(old.jwt().or(new.jwt()).or(Keys::rsa().jwt())).await;
    for keys in [&old, &new, &Keys::rsa()] {
        assert_eq!(answer(&server, &keys.sign(&claims())).await, 101);
    }
    assert_eq!(
        answer(&server, &Keys::elliptic().sign(&claims())).await,
        401
    );
}

#[test]
fn what_is_no_public_key_is_refused_before_anybody_asks() {
    let elliptic = KeyPair::generate().expect("a key").serialize_pem();
    let cut = &RSA_PUBLIC[..RSA_PUBLIC.len() / 2];
    for pem in ["", "a secret", cut, RSA_PRIVATE, &elliptic] {
        let refused = Jwt::public_key_pem(pem.as_bytes());
        assert!(
            matches!(refused, Err(JwtKeyError::Unreadable { .. })),
            "{refused:?}"
        );
    }
}
