import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isAborted, Unreachable } from '../api';
import type { Card, Region } from '../wire';
import { answersOf, guide, type Answers } from './lookup-api';
import type { Pack } from './lookup-wire';
import { trouble } from './trouble';

/** The guide that is being read: which one, for which place and case, and what came of asking for it. */
export class Reading implements ReactiveController {
  card: Card | null = null;
  places: Region[] = [];
  failure = '';
  busy = false;
  /** Whether the card was taken from the pack. */
  kept = false;
  private given: Answers = {};
  private running: AbortController | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    /** The pack to fall back on; `null` where there is none. */
    private readonly pack: () => Pack | null = () => null,
  ) {
    host.addController(this);
  }

  hostDisconnected() {
    this.running?.abort();
  }

  /** The answers that the card stands for. */
  get answers(): Answers {
    // A question that has stopped mattering isn't told any more, but its answer still holds.
    return this.card ? { ...answersOf(this.card), ...this.given } : {};
  }

  /** Reads a guide; `false` where it did not come. What stood there stays until then. */
  async open(code: string, region: string, answers: Answers = {}): Promise<boolean> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.busy = true;
    this.host.requestUpdate();
    try {
      const { item, card } = await guide(code, region, answers, running.signal);
      if (running.signal.aborted) return false;
      Object.assign(this, { card, places: item.places, failure: '', kept: false, given: answers });
      return true;
    } catch (error) {
      if (isAborted(error) || running.signal.aborted) return false;
      return this.fallBack(code, error);
    } finally {
      if (this.running === running) this.busy = false;
      this.host.requestUpdate();
    }
  }

  private fallBack(code: string, error: unknown): boolean {
    const found = error instanceof Unreachable ? this.pack()?.items.find(({ item }) => item.code === code) : undefined;
    if (!found) {
      this.failure = trouble(error);
      return false;
    }
    Object.assign(this, { card: found.card, places: found.item.places, failure: '', kept: true, given: {} });
    return true;
  }

  /** The same guide under one more answer. */
  answer(question: string, options: string[], region: string): Promise<boolean> {
    if (!this.card) return Promise.resolve(false);
    return this.open(this.card.item, region, { ...this.answers, [question]: options });
  }

  /** The same guide for another place. */
  move(region: string): Promise<boolean> {
    if (!this.card) return Promise.resolve(false);
    return this.open(this.card.item, region, this.answers);
  }

  close() {
    this.running?.abort();
    Object.assign(this, { card: null, places: [], failure: '', busy: false, kept: false, given: {} });
    this.host.requestUpdate();
  }
}
