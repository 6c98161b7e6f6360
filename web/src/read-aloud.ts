import { LitElement, css, html, nothing } from 'lit';
import { base, controls } from './sheet';
import { wording } from './wording';
import type { Card, Line, Reply } from './wire';

/** What is read of a reply: what was said, and of its guide what a citizen has to bring, to wait and to pay, and where. */
export function spoken(reply: Reply): string[] {
  const { card } = reply;
  const asked = reply.ask ? [reply.ask.text, reply.ask.options.map(({ label }) => label).join('，')] : [];
  const sides = reply.sides.flatMap(({ label, lines }) => [label, ...lines.map(line)]);
  return [...reply.say, ...asked, ...sides, ...(card ? guide(card) : [])].filter((text) => text.trim() !== '');
}

function guide(card: Card): string[] {
  const { list, summary } = card.materials;
  const states: Record<string, string> = { waivable: wording.waivable, later: wording.later, open: wording.open };
  return [
    card.business_item ? `${card.name}，${card.business_item}` : card.name,
    ...card.notices,
    wording.materials,
    summary,
    ...list.map(({ name, quantity, state }, at) => [`${at + 1}，${name}`, quantity, states[state]].filter((part) => part).join('，')),
    wording.limits,
    ...card.limits.map(line),
    wording.where,
    ...card.channels.map(line),
    ...(card.hall ? [card.hall.name, ...card.hall.lines.map(line)] : []),
  ];
}

function line({ label, text }: Line): string {
  return `${label}：${text}`;
}

/** Reads one reply aloud, where the browser has a voice; shown in 长者模式. */
export class ReadAloud extends LitElement {
  static override properties = { reply: { attribute: false }, reading: { state: true } };
  static override styles = [
    base,
    controls,
    css`
      .button {
        display: var(--aloud);
        margin-top: var(--gap-xs);
      }
    `,
  ];

  declare reply: Reply;
  declare reading: boolean;

  constructor() {
    super();
    this.reading = false;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    if (this.reading) speechSynthesis.cancel();
  }

  private toggle() {
    // Whatever else is being read stops.
    speechSynthesis.cancel();
    if (this.reading) return;
    const sentences = spoken(this.reply);
    // One long text is cut off by some voices: each sentence goes on its own.
    const spoke = sentences.map((text) => Object.assign(new SpeechSynthesisUtterance(text), { lang: 'zh-CN', rate: 0.9 }));
    const last = spoke[spoke.length - 1];
    if (!last) return;
    const done = () => (this.reading = false);
    last.onend = done;
    for (const one of spoke) one.onerror = done;
    this.reading = true;
    for (const one of spoke) speechSynthesis.speak(one);
  }

  override render() {
    if (!('speechSynthesis' in window)) return nothing;
    return html`<button class="button screen-only" type="button" aria-pressed=${this.reading ? 'true' : 'false'} @click=${this.toggle}>
      <span aria-hidden="true">${this.reading ? '■' : '▶'}</span>${this.reading ? wording.readAloudStop : wording.readAloud}
    </button>`;
  }
}

customElements.define('bangban-aloud', ReadAloud);
