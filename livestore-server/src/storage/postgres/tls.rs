//! TLS to the database, by rustls.
//!
//! `sslmode=require` means that the server proves who it is, to the system's root certificates or to those
//! given. With `prefer`, which is what an address without the word means, it need not: whoever could pretend
//! to be the server could as well pretend not to know TLS.

mod verify;

use std::{
    error::Error,
    io,
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures::future::BoxFuture;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{
    Config,
    config::SslMode,
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect},
};
use tokio_rustls::TlsConnector;

use self::verify::Anyone;

/// What is wrong with certificates or names.
type Problem = Box<dyn Error + Send + Sync>;

/// Makes connections that are encrypted.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
}

impl Tls {
    /// Finds out from the database's address who is to be trusted.
    pub(super) fn new(config: &Config, roots: Option<&Path>) -> Result<Self, Problem> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        // Without roots of one's own, looking for the system's is only worth it if they are used.
        let verified = roots.is_some() || config.get_ssl_mode() == SslMode::Require;
        let config = if verified {
            builder
                .with_root_certificates(trusted(roots)?)
                .with_no_client_auth()
        } else {
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Anyone::new(provider)))
                .with_no_client_auth()
        };
        Ok(Self {
            config: Arc::new(config),
        })
    }
}

fn trusted(roots: Option<&Path>) -> Result<RootCertStore, Problem> {
    let mut store = RootCertStore::empty();
    match roots {
        Some(file) => {
            let named = |error| format!("root certificates in `{}`: {error}", file.display());
            for certificate in CertificateDer::pem_file_iter(file).map_err(named)? {
                store.add(certificate.map_err(named)?)?;
            }
            if store.is_empty() {
                return Err(format!("`{}` holds no root certificates", file.display()).into());
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            store.add_parsable_certificates(found.certs);
            if store.is_empty() {
                return Err(
                    format!("no root certificates on this system: {:?}", found.errors).into(),
                );
            }
        }
    }
    Ok(store)
}

impl<S> MakeTlsConnect<S> for Tls
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Encrypted<S>;
    type TlsConnect = Connect;
    type Error = Problem;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Connect, Problem> {
        Ok(Connect {
            connector: TlsConnector::from(Arc::clone(&self.config)),
            domain: domain.to_owned(),
        })
    }
}

/// One connection to be made.
pub(super) struct Connect {
    connector: TlsConnector,
    /// Looked at only when the server has agreed: a socket's is none at all.
    domain: String,
}

impl<S> TlsConnect<S> for Connect
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Encrypted<S>>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let name = ServerName::try_from(self.domain).map_err(io::Error::other)?;
            let stream = self.connector.connect(name, stream).await?;
            Ok(Encrypted(stream))
        })
    }
}

/// An encrypted connection.
pub(super) struct Encrypted<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> tokio_postgres::tls::TlsStream for Encrypted<S> {
    fn channel_binding(&self) -> ChannelBinding {
        // It would take a parser of certificates; with a verified certificate it adds nothing.
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
