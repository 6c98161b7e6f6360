/** The longest wait between two tries. */
const MOST_MS = 30_000;

/**
 * Milliseconds until a broken line is tried again: 1 s, twice as long each time, 30 s at most.
 * Up to half of it is left to chance, so that a restarted service isn't called by all at once.
 */
export function retryDelay(tries: number, chance = Math.random()): number {
  const whole = Math.min(MOST_MS, 1000 * 2 ** Math.max(0, Math.min(tries, 10)));
  return Math.round(whole * (0.5 + chance / 2));
}
