//! The command that serves.

use std::time::Duration;

use livestore_server::{AllowedOrigins, Limits, Serving, SyncServer, Timeouts, hub::HubOptions};
use tokio::net::TcpListener;

use super::{failure::Failure, options::Options, place};

/// Serves until the program is told to end.
pub(crate) async fn serve(options: &Options) -> Result<(), Failure> {
    let storage = place::open(options).await?;
    let mut builder = SyncServer::builder()
        .shared_storage(storage)
        .origins(origins(options))
        .limits(limits(options)?)
        .timeouts(timeouts(options))
        .hub(hub(options))
        .behind_proxy(options.behind_proxy.unwrap_or(false));
    if let Some(jwt) = jwt(options)? {
        builder = builder.authorizer(jwt);
    }
    let server = builder.build()?;

    let mut serving = Serving::default();
    if let Some(folder) = &options.app {
        if !folder.join("index.html").is_file() {
            let reason = format!("there is no index.html in `{}`", folder.display());
            return Err(Failure::option("app", reason));
        }
        serving.rest = Some(livestore_server::app(folder));
    }
    let mut scheme = "ws";
    if let Some(tls) = tls(options)? {
        serving.tls = Some(tls);
        scheme = "wss";
    }
    let address = options.listen.as_deref().unwrap_or("127.0.0.1:8787");
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::io(format!("cannot listen on {address}"), &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::io("the listener has no address", &error))?;
    // On the standard output, where whoever started it may wait for it.
    println!("listening on {scheme}://{address}");
    if let Some(folder) = &options.app {
        let http = if scheme == "wss" { "https" } else { "http" };
        println!("serving {} on {http}://{address}/", folder.display());
    }
    server
        .serve(listener, serving, told_to_end(options))
        .await
        .map_err(|error| Failure::io("the listener failed", &error))
}

fn origins(options: &Options) -> AllowedOrigins {
    match options.origins.as_deref() {
        None | Some([]) => AllowedOrigins::SameOrigin,
        Some(list) if list.iter().any(|origin| origin == "*") => AllowedOrigins::Any,
        Some(list) => AllowedOrigins::List(
            list.iter()
                .map(|origin| origin.trim_end_matches('/').to_owned())
                .collect(),
        ),
    }
}

/// LiveStore's clients put up to 900,000 bytes into a push, and some more around it; what is refused they send again
/// for ever.
const LEAST_MESSAGE_BYTES: usize = 1_000_000;

fn limits(options: &Options) -> Result<Limits, Failure> {
    let mut limits = Limits::default();
    let set = |place: &mut usize, value: Option<usize>| *place = value.unwrap_or(*place);
    set(&mut limits.connections, options.max_connections);
    set(
        &mut limits.connections_per_store,
        options.max_connections_per_store,
    );
    set(&mut limits.message_bytes, options.max_message_bytes);
    if limits.message_bytes < LEAST_MESSAGE_BYTES {
        let reason = format!(
            "{} bytes are too few: clients send pushes of up to {LEAST_MESSAGE_BYTES}, and would send one that is \
             refused again and again",
            limits.message_bytes
        );
        return Err(Failure::option("max-message-bytes", reason));
    }
    set(&mut limits.event_bytes, options.max_event_bytes);
    set(&mut limits.batch_events, options.max_batch_events);
    limits.connections_per_address = options.max_connections_per_address;
    if let Some(rate) = options.max_frames_per_second {
        limits.frames_per_second = rate;
    }
    if let Some(rate) = options.max_http_requests_per_second {
        limits.http_requests_per_second = (rate > 0).then_some(rate);
    }
    Ok(limits)
}

fn timeouts(options: &Options) -> Timeouts {
    let mut timeouts = Timeouts::default();
    if let Some(seconds) = options.shutdown_timeout {
        timeouts.shutdown = Duration::from_secs(seconds);
    }
    timeouts
}

fn hub(options: &Options) -> HubOptions {
    let mut hub = HubOptions::default();
    if let Some(stores) = options.max_active_stores {
        hub.max_active_stores = stores;
    }
    hub
}

#[cfg(feature = "jwt")]
fn jwt(options: &Options) -> Result<Option<livestore_server::auth::Jwt>, Failure> {
    use livestore_server::auth::Jwt;
    let mut jwts = Vec::new();
    if let Some(secret) = &options.jwt_secret {
        jwts.push(Jwt::hs256(checked_secret("jwt-secret", secret)?));
    }
    if let Some(file) = &options.jwt_secret_file {
        let secret = read("jwt-secret-file", file)?;
        let secret = String::from_utf8(secret)
            .map_err(|_| Failure::option("jwt-secret-file", "the secret is not text"))?;
        jwts.push(Jwt::hs256(checked_secret(
            "jwt-secret-file",
            secret.trim(),
        )?));
    }
    if let Some(file) = &options.jwt_public_key {
        let pem = read("jwt-public-key", file)?;
        let jwt = Jwt::public_key_pem(&pem);
        jwts.push(jwt.map_err(|error| Failure::option("jwt-public-key", error))?);
    }
    let Some(mut jwt) = jwts.into_iter().reduce(Jwt::or) else {
        return Ok(None);
    };
    if let Some(audience) = &options.jwt_audience {
        jwt = jwt.audience(audience);
    }
    if let Some(issuer) = &options.jwt_issuer {
        jwt = jwt.issuer(issuer);
    }
    Ok(Some(jwt))
}

/// A secret that can be guessed lets everybody in.
#[cfg(feature = "jwt")]
fn checked_secret<'a>(option: &'static str, secret: &'a str) -> Result<&'a [u8], Failure> {
    match secret.len() {
        32.. => Ok(secret.as_bytes()),
        short => Err(Failure::option(
            option,
            format!("the secret has {short} bytes, and 32 are the least"),
        )),
    }
}

#[cfg(feature = "jwt")]
fn read(option: &'static str, file: &std::path::Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|error| Failure::option(option, format!("`{}`: {error}", file.display())))
}

#[cfg(feature = "tls")]
fn tls(options: &Options) -> Result<Option<livestore_server::Tls>, Failure> {
    match (&options.tls_cert, &options.tls_key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => livestore_server::Tls::from_pem_files(certificate, key)
            .map(Some)
            .map_err(|error| Failure::option("tls-cert", error)),
        _ => Err(Failure::option("tls-cert", "it goes with `tls-key`")),
    }
}

/// Ends when the program is told to: by the terminal, or by whatever runs it.
async fn told_to_end(options: &Options) {
    let watches_input = options.end_with_input.unwrap_or(false);
    tokio::select! {
        () = signalled() => {}
        () = input_ended(), if watches_input => {}
    }
}

async fn input_ended() {
    // A read that waits would keep the runtime from ending, so it gets a thread that nobody waits for.
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // However it ends: nothing more comes.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let _ = end.await;
}

async fn signalled() {
    let terminal = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! { () = terminal => {}, () = terminated => {} }
    }
    #[cfg(not(unix))]
    terminal.await;
}
