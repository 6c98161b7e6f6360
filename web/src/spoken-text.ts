import { LitElement, css, html } from 'lit';
import { phones } from './link';
import { base } from './sheet';

/** Sentences of the service, one a line; phone numbers can be dialled. */
export class SpokenText extends LitElement {
  static override properties = {
    sentences: { attribute: false },
    urgent: { type: Boolean },
  };
  static override styles = [
    base,
    css`
      p {
        overflow-wrap: anywhere;
      }
      p + p {
        margin-top: var(--gap-xs);
      }
      a {
        display: inline-block;
        min-width: var(--target);
        min-height: var(--target);
        padding: 0.45rem 0.2rem;
        margin: -0.45rem 0;
        font-weight: 600;
        text-align: center;
      }
    `,
  ];

  declare sentences: string[];
  declare urgent: boolean;

  constructor() {
    super();
    this.sentences = [];
    this.urgent = false;
  }

  override render() {
    return this.sentences.map((sentence) => html`<p>${this.dial(sentence)}</p>`);
  }

  private dial(sentence: string) {
    return phones(sentence, this.urgent).map(({ text, phone }) => (phone ? html`<a href="tel:${phone}">${text}</a>` : text));
  }
}

customElements.define('bangban-spoken', SpokenText);
