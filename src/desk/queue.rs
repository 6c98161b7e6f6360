//! How long somebody will wait, as a range: a single number is always wrong.

/// A wait in minutes, from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Not sooner.
    pub from: u32,
    /// Hardly later.
    pub to: u32,
}

/// Handlings that are looked at: older ones were another day.
const RECENT: usize = 30;

/// The wait at a place in the queue (1 is next), from how long the last conversations took (seconds, any order) and
/// how many seats can take one at a time; `None` while nobody is there or nothing is known yet.
pub fn wait(place: usize, lasted: &[u32], seats: usize) -> Option<Wait> {
    if seats == 0 || lasted.is_empty() || place == 0 {
        return None;
    }
    let mut lasted: Vec<u32> = lasted.iter().rev().take(RECENT).copied().collect();
    lasted.sort_unstable();
    let at = |quarter: usize| f64::from(lasted[(lasted.len() - 1) * quarter / 4]);
    // So many must end before it is somebody's turn; each seat ends one after the other.
    let rounds = place as f64 / seats as f64;
    let minutes = |seconds: f64| (seconds * rounds / 60.0).ceil() as u32;
    let (from, to) = (minutes(at(1)), minutes(at(3)));
    Some(Wait { from: from.max(1), to: to.max(from + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_range_that_grows_with_the_queue() {
        let lasted = [120, 180, 240, 300, 360];
        assert_eq!(wait(1, &lasted, 1), Some(Wait { from: 3, to: 5 }));
        assert_eq!(wait(4, &lasted, 1), Some(Wait { from: 12, to: 20 }));
        assert_eq!(wait(4, &lasted, 4), Some(Wait { from: 3, to: 5 }));
        assert_eq!(wait(1, &[30], 5), Some(Wait { from: 1, to: 2 }));
        assert_eq!(wait(1, &lasted, 0), None);
        assert_eq!(wait(1, &[], 3), None);
    }
}
