import type { EventName } from './queue';
import type { Settings } from './settings';

/** What the panel needs of the script that has brought it. */
export interface Outside {
  settings: Settings;
  /** What holds the panel. */
  root: ShadowRoot;
  /** Text size that the visitor's browser is set to, in pixels. */
  medium: number;
  /** Tells the page. */
  tell(event: EventName, detail?: unknown): void;
  /** The panel was opened or closed; `full` says whether it covers everything. */
  stands(open: boolean, full: boolean): void;
  /** So many messages are unread. */
  unread(count: number): void;
  /** A conversation has begun, or the service can't be reached, or it does not talk to this site. */
  begun(how: Begun): void;
  /** The visitor reads these characters now. */
  speaks(traditional: boolean): void;
  /** Focus goes back to what has opened the panel. */
  giveBack(): void;
}

export type Begun = 'well' | 'unreachable' | 'refused';

/** What the script can do with the panel. */
export interface Panel {
  show(): void;
  hide(): void;
  ask(text: string): void;
  setRegion(code: string): void;
  setItem(code: string): void;
  setLocale(locale: string): void;
  setElder(on: boolean): void;
  setUser(id: string, hmac: string): void;
  reset(): void;
  remove(): void;
}

/** What the panel's file exports. */
export interface PanelFile {
  makePanel(outside: Outside): Panel;
}
