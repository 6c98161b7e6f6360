import { Tone } from '../tone';
import type { Settings } from './settings';
import { words } from './wording';

const TITLE_EVERY_MS = 1000;

/** Makes itself heard while somebody waits: a sound without a file, a note of the desktop, a flashing title. */
export class Alarm {
  private readonly tone = new Tone();
  private flashing: ReturnType<typeof setInterval> | undefined;
  private title = words.title;
  private waiting = 0;

  unlock() {
    void this.tone.unlock();
  }

  get blocked(): boolean {
    return this.tone.blocked;
  }

  /** Somebody waits; called again and again until nobody does. */
  ring(waiting: number, settings: Settings) {
    this.waiting = waiting;
    if (waiting === 0) return this.rest();
    if (settings.sound) this.tone.play([880, 660, 880]);
    if (settings.popup && document.hidden) this.popup(waiting);
    if (settings.flash) this.flash();
    else this.stopFlash();
  }

  /** The line is lost. */
  warn(settings: Settings) {
    if (settings.sound) this.tone.play([330, 220]);
  }

  /** A message came to a conversation that isn't looked at. */
  tick(settings: Settings) {
    if (settings.sound) this.tone.play([1175]);
  }

  rest() {
    this.waiting = 0;
    this.stopFlash();
  }

  /** The title while nothing flashes. */
  name(title: string) {
    this.title = title;
    if (this.flashing === undefined) document.title = title;
  }

  private stopFlash() {
    clearInterval(this.flashing);
    this.flashing = undefined;
    document.title = this.title;
  }

  private flash() {
    if (this.flashing !== undefined) return;
    let on = false;
    this.flashing = setInterval(() => {
      on = !on;
      document.title = on ? words.alarmTitle(this.waiting) + this.title : this.title;
    }, TITLE_EVERY_MS);
  }

  private popup(waiting: number) {
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    try {
      // No word of what was asked: a desktop is seen by others too.
      const note = new Notification(words.popupTitle(waiting), { tag: 'bangban-waiting' });
      note.addEventListener('click', () => {
        window.focus();
        note.close();
      });
    } catch {
      // Some browsers allow them only from a service worker.
    }
  }
}

/** Asks for notes of the desktop; tells whether they are allowed. */
export async function allowPopups(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false;
  if (Notification.permission === 'default') return (await Notification.requestPermission()) === 'granted';
  return Notification.permission === 'granted';
}
