import { launcher as hans } from '../wording-hans';
import { launcher as hant } from 'virtual:wording-hant';
import type { Settings } from './settings';

/** Nothing of the page's styles comes through: of two important rules, that of the inner tree holds. */
const STYLE = `
:host {
  all: initial !important;
  direction: ltr !important;
  display: contents !important;
}
:host([data-mode='page']) {
  display: block !important;
  position: relative !important;
  width: 100% !important;
  height: 100% !important;
}
button {
  position: fixed;
  z-index: 2147482000;
  bottom: 20px;
  right: 20px;
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 10px;
  box-sizing: border-box;
  min-width: 60px;
  height: 60px;
  padding: 0 13px;
  border: 2px solid #fff;
  border-radius: 30px;
  background: #0b5f57;
  color: #fff;
  font: 600 17px/1.2 "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Source Han Sans SC", "Noto Sans CJK SC", sans-serif;
  box-shadow: 0 2px 6px rgba(8, 40, 34, 0.25), 0 10px 28px rgba(8, 40, 34, 0.22);
  cursor: pointer;
}
button.left {
  right: auto;
  left: 20px;
}
button:hover { background: #08463f; }
button:focus-visible { outline: 3px solid #1a4fd0; outline-offset: 3px; }
button[hidden] { display: none; }
svg { flex: none; width: 30px; height: 30px; }
.badge {
  position: absolute;
  top: -8px;
  right: -6px;
  min-width: 26px;
  box-sizing: border-box;
  padding: 0 6px;
  border: 2px solid #fff;
  border-radius: 14px;
  background: #a3180f;
  font-size: 14px;
  line-height: 22px;
  text-align: center;
}
.badge[hidden], .text[hidden] { display: none; }
@media (prefers-reduced-motion: no-preference) {
  button { transition: background-color 0.15s, transform 0.15s; }
  button:hover { transform: translateY(-2px); }
}
@media (forced-colors: active) {
  button { border-color: ButtonText; }
  button:focus-visible { outline-color: Highlight; }
}
@media print {
  :host { display: none !important; }
}`;

const SVG = 'http://www.w3.org/2000/svg';

/** What stands in the page: the button, and the tree that keeps the page's styles out. */
export class Shell {
  readonly element = document.createElement('bangban-widget');
  readonly root: ShadowRoot;
  private readonly button = document.createElement('button');
  private readonly text = document.createElement('span');
  private readonly badge = document.createElement('span');
  private count = 0;
  private isOpen = false;
  private said = hans;

  constructor(
    private readonly settings: Settings,
    toggle: () => void,
    soon: () => void,
  ) {
    this.root = this.element.attachShadow({ mode: 'open' });
    dress(this.root);
    this.element.dataset.mode = settings.mode;
    const { button } = this;
    button.type = 'button';
    button.className = settings.side;
    button.setAttribute('aria-controls', 'bangban-panel');
    button.addEventListener('click', toggle);
    button.addEventListener('pointerenter', soon, { once: true });
    button.addEventListener('focus', soon, { once: true });
    this.text.className = 'text';
    this.badge.className = 'badge';
    this.badge.setAttribute('aria-hidden', 'true');
    button.append(picture(), this.text, this.badge);
    if (settings.mode === 'bubble') this.root.append(button);
    this.speak(settings.script === 'hant');
  }

  /** Text size that the visitor has set, in pixels. */
  get medium(): number {
    return parseFloat(getComputedStyle(this.element).fontSize) || 16;
  }

  speak(traditional: boolean) {
    this.said = traditional ? hant : hans;
    this.button.lang = traditional ? 'zh-Hant' : 'zh-Hans';
    this.draw();
  }

  stands(open: boolean, full: boolean) {
    this.isOpen = open;
    this.button.hidden = open && full;
    this.draw();
  }

  unread(count: number) {
    this.count = count;
    this.draw();
  }

  takeFocus() {
    this.button.focus();
  }

  private draw() {
    const { said, count, isOpen: open } = this;
    const fresh = count > 0 && !open;
    this.text.textContent = fresh ? said.seeNew : this.settings.label;
    this.text.hidden = !this.text.textContent;
    this.badge.textContent = String(count);
    this.badge.hidden = !fresh;
    this.button.setAttribute('aria-expanded', String(open));
    // What can be read on the button is part of its name.
    this.button.setAttribute('aria-label', [this.text.textContent, open ? said.close : fresh ? said.unread(count) : said.open].filter((part) => part).join('，'));
  }
}

/** Styles that need no permission of the page's policy; older browsers have only the other kind. */
function dress(root: ShadowRoot) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement('style');
    style.textContent = STYLE;
    root.append(style);
  }
}

function picture(): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 32 32');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('fill', 'currentColor');
  path.setAttribute('d', 'M16 4C8.8 4 3 8.9 3 15c0 3.4 1.8 6.4 4.7 8.4-.2 1.7-.9 3.3-2 4.6 2.4-.2 4.6-1 6.4-2.3 1.2.3 2.6.4 3.9.4 7.2 0 13-4.9 13-11.1S23.2 4 16 4zm-5.5 12.7a1.9 1.9 0 1 1 0-3.8 1.9 1.9 0 0 1 0 3.8zm5.5 0a1.9 1.9 0 1 1 0-3.8 1.9 1.9 0 0 1 0 3.8zm5.5 0a1.9 1.9 0 1 1 0-3.8 1.9 1.9 0 0 1 0 3.8z');
  svg.append(path);
  return svg;
}
