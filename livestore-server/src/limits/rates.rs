//! How fast each address may ask.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::Bucket;

/// How many addresses are kept before it is looked which of them matter.
const SWEEP_AT: usize = 1024;

/// A bucket for each address that has asked lately.
#[derive(Debug)]
pub(crate) struct Rates {
    per_second: Option<u32>,
    asked: Mutex<Asked>,
}

#[derive(Debug)]
struct Asked {
    buckets: HashMap<IpAddr, Bucket>,
    sweep_at: usize,
}

impl Rates {
    pub(crate) fn new(per_second: Option<u32>) -> Self {
        Self {
            per_second,
            asked: Mutex::new(Asked {
                buckets: HashMap::new(),
                sweep_at: SWEEP_AT,
            }),
        }
    }

    /// Counts a request, or says how long its sender has to wait.
    pub(crate) fn take(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        let (Some(per_second), Some(address)) = (self.per_second, address) else {
            return Ok(());
        };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.sweep();
        let bucket = asked.buckets.entry(network(address));
        let bucket = bucket.or_insert_with(|| Bucket::new(per_second));
        match bucket.empty_until() {
            None => {
                bucket.take();
                Ok(())
            }
            Some(again) => Err(again.duration_since(Instant::now())),
        }
    }
}

impl Asked {
    /// Forgets who has not asked for so long that it makes no difference.
    fn sweep(&mut self) {
        if self.buckets.len() < self.sweep_at {
            return;
        }
        self.buckets.retain(|_, bucket| !bucket.is_full());
        self.sweep_at = SWEEP_AT.max(self.buckets.len() * 2);
    }
}

/// What belongs to one sender: whoever has an IPv6 address has all of its network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, time::Duration};

    use tokio::time::advance;

    use super::{Rates, SWEEP_AT};

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().expect("an address"))
    }

    #[tokio::test(start_paused = true)]
    async fn each_address_has_a_rate_of_its_own() {
        let rates = Rates::new(Some(2));
        for _ in 0..10 {
            assert_eq!(rates.take(address("192.0.2.1")), Ok(()));
        }
        let wait = rates
            .take(address("::ffff:192.0.2.1"))
            .expect_err("it is the same address");
        assert_eq!(wait, Duration::from_millis(500));
        assert_eq!(rates.take(address("192.0.2.2")), Ok(()));
        advance(wait).await;
        assert_eq!(rates.take(address("192.0.2.1")), Ok(()));
        assert!(rates.take(address("192.0.2.1")).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_of_one_ipv6_network_share_a_rate() {
        let rates = Rates::new(Some(1));
        for host in 1..=5 {
            assert_eq!(rates.take(address(&format!("2001:db8::{host}"))), Ok(()));
        }
        assert!(rates.take(address("2001:db8::ffff:6")).is_err());
        assert_eq!(rates.take(address("2001:db8:0:1::1")), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_or_an_address_nobody_waits() {
        let (unlimited, limited) = (Rates::new(None), Rates::new(Some(1)));
        for _ in 0..100 {
            assert_eq!(unlimited.take(address("192.0.2.1")), Ok(()));
            assert_eq!(limited.take(None), Ok(()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_that_ask_no_more_are_forgotten_and_busy_ones_are_not() {
        let rates = Rates::new(Some(1));
        let ask = |number: u32| rates.take(Some(IpAddr::V4(number.into())));
        let known = || rates.asked.lock().expect("nobody panicked").buckets.len();
        for number in 1..=SWEEP_AT as u32 {
            assert_eq!(ask(number), Ok(()));
        }
        assert_eq!(known(), SWEEP_AT);
        advance(Duration::from_secs(2)).await;
        for _ in 0..5 {
            assert_eq!(ask(7), Ok(()));
        }
        assert_eq!(known(), 1);
        assert!(ask(7).is_err());
    }
}
