import type { Begun, Panel, PanelFile } from './panel-api';
import { Listeners, waiting, type Call } from './queue';
import { isTraditional, readSettings, type Settings } from './settings';
import { Shell } from './shell';

/** Address of the panel's file, beside this one. */
declare const PANEL: string;

type Global = ((...call: unknown[]) => void) & { q?: unknown; ready?: boolean };

/** What can wait until the panel is wanted for something. */
const LATER = ['close', 'setRegion', 'setItem', 'setLocale', 'setElder', 'setUser'];

/** After that without an answer the service counts as down. */
const GIVE_UP_MS = 10_000;

/** The widget in one page: a button at first; the rest is fetched when it is wanted. */
class Widget {
  private readonly listeners = new Listeners();
  private readonly shell: Shell;
  private panel: Panel | null = null;
  private fetching: Promise<Panel | null> | null = null;
  /** What stands there until ours does: a link to the page that works without it. */
  private link: ChildNode[] = [];
  private mount: Element | null = null;
  private open = false;
  private stands = false;
  /** For the panel, once it is there. */
  private later: ((panel: Panel) => void)[] = [];

  constructor(private readonly settings: Settings) {
    this.shell = new Shell(
      settings,
      () => void this.toggle(),
      () => void this.load(),
    );
  }

  /** Stands in the page only where the service answers; else nothing is changed. */
  async start(): Promise<void> {
    if (!(await this.answers())) return;
    const { settings } = this;
    this.mount = mountOf(settings);
    if (settings.mode === 'page') {
      // The link stays until a conversation has begun.
      (this.mount ?? document.body).append(this.shell.element);
      if (!(await this.load())) this.withdraw();
      return;
    }
    this.stand();
    document.body.append(this.shell.element);
    this.listeners.tell('ready');
    if (remembers(settings)) void this.load();
  }

  /** One command of the page. */
  run([command, first, second]: Call) {
    if (command === 'on') return this.listeners.on(first, second);
    if (command === 'toggle') return void this.toggle();
    const text = typeof first === 'string' ? first.trim() : '';
    const user = (first ?? {}) as { id?: unknown; hmac?: unknown };
    const commands: Record<string, (panel: Panel) => void> = {
      open: (panel) => panel.show(),
      close: (panel) => panel.hide(),
      ask: (panel) => text && panel.ask(text),
      setRegion: (panel) => panel.setRegion(text),
      setItem: (panel) => panel.setItem(text),
      setLocale: (panel) => panel.setLocale(text),
      setElder: (panel) => panel.setElder(Boolean(first)),
      setUser: (panel) => typeof user.id === 'string' && typeof user.hmac === 'string' && panel.setUser(user.id, user.hmac),
      reset: (panel) => panel.reset(),
    };
    const act = Object.prototype.hasOwnProperty.call(commands, command) ? commands[command] : undefined;
    if (!act) return;
    if (command === 'setLocale') this.shell.speak(isTraditional(text));
    if (!this.panel && LATER.includes(command)) this.later.push(act);
    else void this.load().then((panel) => panel && act(panel));
  }

  private async toggle() {
    const panel = await this.load();
    if (this.open) panel?.hide();
    else panel?.show();
  }

  private async answers(): Promise<boolean> {
    const off = new AbortController();
    const timer = setTimeout(() => off.abort(), GIVE_UP_MS);
    try {
      const { url, region } = this.settings;
      return (await fetch(`${url}/api/v1/service-hours${region ? `?region=${region}` : ''}`, { signal: off.signal })).ok;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  private load(): Promise<Panel | null> {
    this.fetching ??= this.fetch();
    return this.fetching;
  }

  private async fetch(): Promise<Panel | null> {
    if (!this.shell.element.isConnected) return null;
    try {
      const file = (await import(/* @vite-ignore */ this.settings.folder + PANEL)) as PanelFile;
      this.panel = file.makePanel({
        settings: this.settings,
        root: this.shell.root,
        medium: this.shell.medium,
        tell: (event, detail) => this.listeners.tell(event, detail),
        stands: (open, full) => {
          this.open = open;
          this.shell.stands(open, full);
        },
        unread: (count) => this.shell.unread(count),
        begun: (how) => this.begun(how),
        giveBack: () => this.shell.takeFocus(),
        speaks: (traditional) => this.shell.speak(traditional),
      });
      for (const act of this.later.splice(0)) act(this.panel);
      return this.panel;
    } catch {
      this.withdraw();
      return null;
    }
  }

  private begun(how: Begun) {
    const page = this.settings.mode === 'page';
    if (how === 'refused' || (page && !this.stands && how === 'unreachable')) return this.withdraw();
    if (!page || this.stands) return;
    this.stand();
    this.listeners.tell('ready');
  }

  /** Takes the place of the link. */
  private stand() {
    this.stands = true;
    if (!this.mount) return;
    this.link = [...this.mount.childNodes].filter((node) => node !== this.shell.element);
    for (const node of this.link) node.remove();
  }

  /** Leaves the page as it was. */
  private withdraw() {
    this.panel?.remove();
    this.panel = null;
    this.fetching = Promise.resolve(null);
    this.shell.element.remove();
    this.mount?.append(...this.link);
    this.link = [];
  }
}

function mountOf({ mount }: Settings): Element | null {
  try {
    return document.querySelector(mount || '[data-bangban]');
  } catch {
    return null;
  }
}

/** Whether a conversation goes on. */
function remembers({ site, inThisTab }: Settings): boolean {
  try {
    return (inThisTab ? sessionStorage : localStorage).getItem(`bangban.${site}.talk`) !== null;
  } catch {
    return false;
  }
}

function begin() {
  const page = window as unknown as { bangban?: Global };
  const script = document.currentScript ?? document.querySelector('script[data-site][src*="/widget/v1/"]');
  if (!(script instanceof HTMLScriptElement) || page.bangban?.ready) return;
  const settings = readSettings(script.src, { ...script.dataset });
  if (!settings) return;
  const calls = waiting(page.bangban);
  const widget = new Widget(settings);
  let started = false;
  const run = (call: Call) => {
    // Who listens must be known before there is anything to tell.
    if (started || call[0] === 'on') widget.run(call);
    else calls.push(call);
  };
  page.bangban = Object.assign((...call: unknown[]) => run(call as unknown as Call), { ready: true });
  const first = calls.splice(0);
  for (const call of first) run(call);
  const start = () =>
    void widget.start().then(() => {
      started = true;
      for (const call of calls.splice(0)) widget.run(call);
    });
  if (document.body) start();
  else document.addEventListener('DOMContentLoaded', start, { once: true });
}

begin();
