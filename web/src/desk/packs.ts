import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Unreachable } from '../api';
import type { Region } from '../wire';
import { pack as ask } from './lookup-api';
import { marks, outdated, type Kept } from './pack';
import { dropPack, installShell, keepPack, keptPacks } from './pack-store';
import { trouble } from './trouble';
import { words } from './wording';

/** How often it is looked whether the network is back. */
const LOOK_EVERY_MS = 15_000;

/** The packs that this browser keeps, and whether the service can be reached. */
export class Packs implements ReactiveController {
  kept: Kept[] = [];
  loaded = false;
  /** Nothing can be asked of the service. */
  offline: boolean;
  busy = false;
  said = '';
  failure = '';
  /** Whether the page itself opens without a network. */
  shell = false;
  private readonly watchers = new Set<ReactiveControllerHost>();
  private looker: ReturnType<typeof setInterval> | undefined;

  constructor(
    host: ReactiveControllerHost,
    /** Called when the network is back. */
    private readonly back: () => void = () => {},
  ) {
    this.offline = !navigator.onLine;
    this.watchers.add(host);
    host.addController(this);
  }

  /** Somebody else shows the packs too. */
  watch(host: ReactiveControllerHost) {
    this.watchers.add(host);
  }

  unwatch(host: ReactiveControllerHost) {
    this.watchers.delete(host);
  }

  private changed() {
    for (const host of this.watchers) host.requestUpdate();
  }

  hostConnected() {
    window.addEventListener('online', this.look);
    window.addEventListener('offline', this.lost);
    this.looker = setInterval(() => this.offline && void this.look(), LOOK_EVERY_MS);
    void this.begin();
  }

  hostDisconnected() {
    window.removeEventListener('online', this.look);
    window.removeEventListener('offline', this.lost);
    clearInterval(this.looker);
  }

  private async begin() {
    this.kept = await keptPacks();
    this.loaded = true;
    this.changed();
    this.shell = await installShell();
    this.changed();
    if (!this.offline) await this.renew();
  }

  /** The pack of a place, or of the place above it that has one. */
  of(place: Region | null): Kept | null {
    const own = this.kept.find(({ pack }) => pack.region.code === place?.code);
    const above = this.kept.find(({ pack }) => place?.code.startsWith(pack.region.code.replace(/(?:00)+$/, '')));
    return own ?? above ?? this.kept[0] ?? null;
  }

  readonly lost = () => {
    if (this.offline) return;
    this.offline = true;
    this.changed();
  };

  /** Tells that a request did or did not get through. */
  heard(error: unknown) {
    if (error instanceof Unreachable) this.lost();
  }

  readonly look = async () => {
    // Any answer will do, a refusal too.
    const reached = await fetch('/readyz', { cache: 'no-store' }).then(() => true, () => false);
    if (!reached || !this.offline) return;
    this.offline = false;
    this.changed();
    this.back();
    await this.renew();
  };

  /** Looks at each pack whether the service has a newer one; what has changed is marked until somebody has seen it. */
  async renew() {
    for (const one of this.kept) {
      try {
        const fresh = await ask(one.pack.region.code, one.tag);
        if (fresh) await this.put({ ...fresh, kept_at: new Date().toISOString(), old: marks(one.old, outdated(one.pack, fresh.pack)) });
      } catch (error) {
        // Whoever isn't signed in keeps what there is; its age stands beside it.
        if (error instanceof Unreachable) return this.lost();
      }
    }
  }

  async fetch(place: Region) {
    this.busy = true;
    this.failure = '';
    this.changed();
    try {
      const before = this.kept.find(({ pack }) => pack.region.code === place.code);
      const fresh = await ask(place.code, before?.tag);
      if (fresh) {
        const old = before ? marks(before.old, outdated(before.pack, fresh.pack)) : [];
        await this.put({ ...fresh, kept_at: new Date().toISOString(), old });
      }
      this.said = fresh ? words.packKept(fresh.pack.items.length) : words.packCurrent;
    } catch (error) {
      this.failure = error instanceof DOMException ? words.packNoRoom : trouble(error);
      this.heard(error);
    } finally {
      this.busy = false;
      this.changed();
    }
  }

  /** Somebody has seen which guides have changed. */
  async seen(one: Kept) {
    await this.put({ ...one, old: [] });
  }

  async drop(one: Kept) {
    await dropPack(one.pack.region.code);
    this.kept = await keptPacks();
    this.said = words.packDropped(one.pack.region.name);
    this.changed();
  }

  private async put(one: Kept) {
    await keepPack(one);
    this.kept = await keptPacks();
    this.changed();
  }
}
