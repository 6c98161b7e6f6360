import { LitElement, css, html, nothing } from 'lit';
import { fields } from '../form-style';
import { base, controls, notices } from '../sheet';
import * as api from './api';
import { trouble, kindOf } from './trouble';
import type { Me } from './wire';
import { words } from './wording';

/** Somebody has signed in. */
export class SignedInEvent extends Event {
  constructor(readonly me: Me) {
    super('signed-in', { bubbles: true, composed: true });
  }
}

/** Why somebody who comes back from the identity provider is not signed in; said once, the address forgets it. */
export function whyFromAddress(): string {
  const why = words.oidcWhy[new URLSearchParams(location.search).get('oidc') ?? ''] ?? '';
  if (location.search) history.replaceState(history.state, '', location.pathname + location.hash);
  return why;
}

/** 登录: name and password, and the identity provider where there is one. */
export class SignIn extends LitElement {
  static override properties = { why: {}, error: { state: true }, busy: { state: true }, oidc: { state: true } };
  static override styles = [
    base,
    controls,
    notices,
    fields,
    css`
      form {
        /* Of the window: around it everything is as wide as this. */
        width: min(26rem, 100vw - 2 * var(--gap-s));
        margin: 8vh auto 0;
        padding: var(--gap-l) var(--gap);
        border: 1px solid var(--rule);
        border-top: 0.35rem solid var(--accent);
        border-radius: var(--radius);
        background: var(--paper);
      }
      h1 {
        font-family: var(--serif);
        font-size: var(--text-xl);
      }
      .failure {
        margin-top: var(--gap-s);
      }
      .button {
        width: 100%;
      }
      a.button {
        margin-top: var(--gap-s);
      }
      .or {
        margin: var(--gap) 0 0;
        text-align: center;
      }
    `,
  ];

  /** Why it must be done again. */
  declare why: string;
  declare error: string;
  declare busy: boolean;
  /** Whether the identity provider can be asked. */
  declare oidc: boolean;

  constructor() {
    super();
    this.why = '';
    this.error = '';
    this.busy = false;
    this.oidc = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    // Where that can't be learned the password is still there.
    api.signInWays().then(
      ({ oidc }) => (this.oidc = oidc),
      () => {},
    );
  }

  private async submit(event: Event) {
    event.preventDefault();
    if (this.busy) return;
    const value = (id: string) => this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value ?? '';
    const login = value('login').trim();
    const password = value('password');
    this.error = login && password ? '' : words.needBoth;
    if (this.error) return this.focusOn(login ? 'password' : 'login');
    this.busy = true;
    try {
      this.dispatchEvent(new SignedInEvent(await api.signIn(login, password)));
    } catch (error) {
      this.error = kindOf(error) ? (error as Error).message : trouble(error);
      this.focusOn('password');
    } finally {
      this.busy = false;
    }
  }

  private focusOn(id: string) {
    this.renderRoot.querySelector<HTMLElement>(`#${id}`)?.focus();
  }

  override render() {
    const wrong = this.error || this.why;
    return html`<form novalidate @submit=${(event: Event) => void this.submit(event)}>
      <h1>${words.signInTitle}</h1>
      <div role="alert">${wrong ? html`<p class="failure" id="error">${wrong}</p>` : nothing}</div>
      ${this.oidc
        ? html`<a class="button" href=${api.oidcStart(location.hash)}>${words.oidcSignIn}</a>
            <p class="or hint">${words.oidcOr}</p>`
        : nothing}
      <label for="login">${words.login}</label>
      <input class="field" id="login" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" aria-describedby="error" />
      <label for="password">${words.password}</label>
      <input class="field" id="password" type="password" autocomplete="current-password" aria-describedby="error" />
      <div class="foot">
        <button class="button main" type="submit" aria-disabled=${this.busy ? 'true' : nothing}>
          ${this.busy ? words.signingIn : words.signIn}
        </button>
      </div>
    </form>`;
  }
}

customElements.define('desk-sign-in', SignIn);
