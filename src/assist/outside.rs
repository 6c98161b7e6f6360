//! Requests to other systems: by which client, and to which addresses.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, Response, redirect};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// A client that follows no redirect by itself and knows no proxy; with `private` it also goes to addresses of the
/// inner network.
pub(super) fn client(timeout: Duration, private: bool) -> reqwest::Result<Client> {
    trusting(timeout, private, &[])
}

/// The same, where further certificates vouch for others beside those of the system.
pub(super) fn trusting(timeout: Duration, private: bool, also: &[Certificate]) -> reqwest::Result<Client> {
    // Installed twice, the first one stays, and it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = || {
        let builder = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(timeout)
            .user_agent(concat!("bangban/", env!("CARGO_PKG_VERSION")));
        let builder = if also.is_empty() { builder } else { builder.tls_certs_merge(also.to_vec()) };
        if private { builder } else { builder.dns_resolver(Arc::new(PublicOnly)) }
    };
    plain().build().or_else(|error| {
        tracing::warn!(%error, "no certificates of the system: addresses with https can't be reached");
        plain().tls_certs_only(also.to_vec()).build()
    })
}

/// The body of an answer; `None` where it is longer than so many bytes.
pub(super) async fn body(mut answer: Response, most: usize) -> reqwest::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if body.len() + piece.len() > most {
            return Ok(None);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Some(body))
}

/// Finds public addresses only: what a name leads to is looked at when it is connected to, not before.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            match public.is_empty() {
                true => Err("an address of the inner network".into()),
                false => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

/// What went wrong, in a word.
pub(super) fn failure(error: &reqwest::Error) -> &'static str {
    match error {
        error if error.is_timeout() => "timeout",
        error if error.is_connect() => "connect",
        _ => "broken",
    }
}

/// Whether an address written as numbers, or any name, may be gone to: names are looked at when they are resolved.
pub(super) fn may_go(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    !host.is_empty() && host.parse::<IpAddr>().map_or(true, is_public)
}

/// Whether an address lies in the public network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => public_v6(v6),
    }
}

fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast();
    // This network, carriers' own, protocols, measurements, what is reserved.
    !(special
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (18..20).contains(&b)))
}

fn public_v6(address: Ipv6Addr) -> bool {
    // ::ffff:10.0.0.1 and 64:ff9b::10.0.0.1 lead where 10.0.0.1 does.
    let [a, b, c, d, e, f, ..] = address.segments();
    let wrapped = address.to_ipv4().or_else(|| {
        let nat64 = (a, b, c, d, e, f) == (0x64, 0xff9b, 0, 0, 0, 0);
        let [.., w, x, y, z] = address.octets();
        nat64.then(|| Ipv4Addr::new(w, x, y, z))
    });
    if let Some(v4) = wrapped {
        return public_v4(v4);
    }
    // Only 2000::/3 is given out; of it, 2002::/16 wraps old addresses and 2001:db8::/32 is for books.
    (a & 0xe000) == 0x2000 && a != 0x2002 && (a, b) != (0x2001, 0xdb8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inner_network_is_told_from_the_public_one() {
        for (address, want) in [
            ("https://1.2.3.4/a", true),
            ("https://zwfw.nmg.gov.cn/a", true),
            ("https://[2408:8000::1]/", true),
            ("http://127.0.0.1:8080/", false),
            ("http://10.1.2.3/", false),
            ("http://172.16.0.1/", false),
            ("http://192.168.1.1/", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("http://100.64.0.1/", false),
            ("http://0.0.0.0/", false),
            ("http://0x7f000001/", false),
            ("http://2130706433/", false),
            ("http://[::1]/", false),
            ("http://[::ffff:10.0.0.1]/", false),
            ("http://[64:ff9b::a00:1]/", false),
            ("http://[fd00::1]/", false),
            ("http://[fe80::1]/", false),
            ("http://255.255.255.255/", false),
        ] {
            let url = reqwest::Url::parse(address).unwrap();
            assert_eq!(may_go(&url), want, "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_gone_to() {
        let error = PublicOnly.resolve("localhost".parse().unwrap()).await;
        assert!(error.is_err_and(|e| e.to_string().contains("inner network")));
    }
}
