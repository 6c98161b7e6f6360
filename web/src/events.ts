import type { Key } from './api';
import type { Channel } from './apply';

/** A button of the conversation was pressed. */
export class PressEvent extends Event {
  constructor(
    /** What is sent. */
    readonly press: string,
    /** What stands on the button, and becomes the citizen's message. */
    readonly label: string,
  ) {
    super('press', { bubbles: true, composed: true });
  }
}

/** Another place is wished for. */
export class PlaceEvent extends Event {
  constructor() {
    super('place', { bubbles: true, composed: true });
  }
}

/** Somebody goes on to the application; where nobody prevents it, the guide's own link is opened as it stands. */
export class ApplyEvent extends Event {
  /** The conversation that it comes from, where there is one. */
  from: Key | null = null;

  constructor(
    /** Key of the item. */
    readonly code: string,
    readonly channel: Channel,
  ) {
    super('apply', { bubbles: true, composed: true, cancelable: true });
  }
}

/** A card is to be printed. */
export class PrintEvent extends Event {
  constructor() {
    super('print', { bubbles: true, composed: true });
  }
}
