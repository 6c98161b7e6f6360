//! Chance with a seed: the same questions in the same order in every run.

/// Numbers that look like chance, the same for the same seed (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// Begins at a seed.
    pub fn of(seed: u64) -> Chance {
        Chance(seed)
    }

    /// Any number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; 0 where the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A number from 0 to 1, without 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens that happens with this chance.
    pub fn happens(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    /// One of a list; `None` of an empty one.
    pub fn one<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }
}

/// What is asked most is asked much more than the rest: the question of rank r weighs 1 / r^exponent.
pub struct Zipf {
    /// Weights of a rank and of all before it.
    sums: Vec<f64>,
}

impl Zipf {
    /// Over so many ranks, at least one.
    pub fn of(ranks: usize, exponent: f64) -> Zipf {
        let mut sum = 0.0;
        let add = |rank: usize| {
            sum += (rank as f64).powf(-exponent);
            sum
        };
        Zipf { sums: (1..=ranks.max(1)).map(add).collect() }
    }

    /// A rank, from 0.
    pub fn draw(&self, chance: &mut Chance) -> usize {
        let last = self.sums.len() - 1;
        let at = chance.share() * self.sums[last];
        self.sums.partition_point(|sum| *sum <= at).min(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_no_bound_is_reached() {
        let draw = |seed| {
            let mut chance = Chance::of(seed);
            (0..1_000).map(|_| chance.below(7)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!((0..7).all(|n| draw(1).contains(&n)) && draw(1).iter().all(|n| *n < 7));
        let mut chance = Chance::of(3);
        assert!((0..1_000).all(|_| (0.0..1.0).contains(&chance.share())));
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.one::<u8>(&[]), None);
    }

    #[test]
    fn ranks_come_as_often_as_they_weigh() {
        let zipf = Zipf::of(1_000, 1.0);
        let mut chance = Chance::of(7);
        let mut counts = vec![0_u32; 1_000];
        for _ in 0..100_000 {
            counts[zipf.draw(&mut chance)] += 1;
        }
        // The thousandth harmonic number is 7.485: the first rank gets 13.4 %.
        let share = |rank: usize| f64::from(counts[rank]) / 100_000.0;
        assert!((share(0) - 0.1336).abs() < 0.01, "{}", share(0));
        assert!((share(9) - 0.01336).abs() < 0.003, "{}", share(9));
        let first: u32 = counts[..100].iter().sum();
        assert!((f64::from(first) / 100_000.0 - 0.693).abs() < 0.01, "{first}");
        assert_eq!(Zipf::of(0, 1.0).draw(&mut chance), 0);
    }
}
