/** Seconds from one tone to the next, and from its first moment to its last. */
const EVERY = 0.18;
const LONG = 0.16;

/** Short tones that no file is loaded for. */
export class Tone {
  private sound: AudioContext | null = null;

  /** Browsers let nobody make a sound before the page was touched; to be called when it is. Done once something can be heard. */
  async unlock(): Promise<void> {
    try {
      this.sound ??= new AudioContext();
      if (this.sound.state === 'suspended') await this.sound.resume();
    } catch {
      this.sound = null;
    }
  }

  get blocked(): boolean {
    return this.sound?.state !== 'running';
  }

  /** Tones one after the other, in hertz; nothing is heard before it was unlocked. */
  play(tones: readonly number[]) {
    const { sound } = this;
    if (!sound || sound.state !== 'running') return;
    tones.forEach((tone, at) => {
      const start = sound.currentTime + at * EVERY;
      const voice = sound.createOscillator();
      const volume = sound.createGain();
      voice.frequency.value = tone;
      volume.gain.setValueAtTime(0.0001, start);
      volume.gain.exponentialRampToValueAtTime(0.2, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + LONG);
      voice.connect(volume).connect(sound.destination);
      voice.start(start);
      voice.stop(start + LONG + 0.01);
    });
  }
}
