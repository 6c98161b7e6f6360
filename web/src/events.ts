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

/** A card is to be printed. */
export class PrintEvent extends Event {
  constructor() {
    super('print', { bubbles: true, composed: true });
  }
}
