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

/** Somebody goes on to the application; whoever can send along what was settled prevents the plain way. */
export class ApplyEvent extends Event {
  constructor(
    /** Key of the item. */
    readonly code: string,
    readonly channel: 'pc' | 'app',
    /** The guide's own link. */
    readonly url: string,
    /** The place that the card was made for. */
    readonly place: string,
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
