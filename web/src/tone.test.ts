import { afterEach, expect, test, vi } from 'vitest';
import { Tone } from './tone';

/** A browser's sound, as far as it is used; nothing runs before it was resumed. */
function browser(state: string) {
  const heard: number[] = [];
  class AudioContext {
    state = state;
    currentTime = 0;
    destination = {};
    resume() {
      this.state = 'running';
      return Promise.resolve();
    }
    createOscillator() {
      const frequency = { value: 0 };
      return { frequency, connect: (to: unknown) => to, start: () => void heard.push(frequency.value), stop: () => undefined };
    }
    createGain() {
      return { gain: { setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined }, connect: (to: unknown) => to };
    }
  }
  vi.stubGlobal('AudioContext', AudioContext);
  return heard;
}

afterEach(() => vi.unstubAllGlobals());

test('nothing is heard before the page was touched, then every tone once', async () => {
  const heard = browser('suspended');
  const tone = new Tone();
  tone.play([440]);
  expect([heard, tone.blocked]).toEqual([[], true]);
  await tone.unlock();
  tone.play([440, 880]);
  await tone.unlock();
  expect([heard, tone.blocked]).toEqual([[440, 880], false]);
});

test('a browser without sound stays silent', async () => {
  vi.stubGlobal('AudioContext', undefined);
  const tone = new Tone();
  await tone.unlock();
  tone.play([440]);
  expect(tone.blocked).toBe(true);
});
