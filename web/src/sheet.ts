import { css } from 'lit';

/** Styles that every component starts from. */
export const base = css`
  :host {
    display: block;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  h4,
  p,
  ul,
  ol,
  dl,
  dd,
  fieldset,
  legend {
    margin: 0;
    padding: 0;
    border: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h2:focus,
  h3:focus {
    outline: none;
  }
  h2:focus-visible,
  h3:focus-visible,
  a:focus-visible,
  button:focus-visible,
  input:focus-visible,
  select:focus-visible,
  summary:focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
  }
  a {
    color: var(--accent);
    text-underline-offset: 0.2em;
    overflow-wrap: anywhere;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip: rect(0 0 0 0);
    white-space: nowrap;
  }
  .print-only {
    display: none;
  }
  @media print {
    .screen-only {
      display: none !important;
    }
    .print-only {
      display: revert;
    }
    a {
      color: inherit;
      text-decoration: none;
    }
  }
`;

/** Buttons and links that act, and chips to choose from. */
export const controls = css`
  .button,
  .chip {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.375em;
    min-height: var(--target);
    min-width: var(--target);
    padding: 0.3em 1.1em;
    border: 1px solid var(--control);
    border-radius: var(--radius-s);
    background: var(--paper);
    color: var(--ink);
    line-height: 1.4;
    text-align: center;
    text-decoration: none;
    overflow-wrap: anywhere;
    cursor: pointer;
  }
  .chip {
    border-radius: 1.5em;
    text-align: left;
  }
  .button:hover,
  .chip:hover {
    border-color: var(--accent);
    background: var(--accent-tint);
    color: var(--accent-strong);
  }
  .button.main {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  .button.main:hover {
    background: var(--accent-strong);
  }
  .button[disabled],
  .button[aria-disabled='true'],
  .chip[disabled],
  .chip[aria-disabled='true'] {
    cursor: default;
    opacity: 0.6;
  }
  .plain {
    display: inline-flex;
    align-items: center;
    min-height: var(--target);
    min-width: var(--target);
    padding: 0 0.4em;
    border: 0;
    border-radius: var(--radius-s);
    background: none;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 0.2em;
    cursor: pointer;
  }
  .plain:hover {
    color: var(--accent-strong);
    background: var(--accent-tint);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--gap-xs) 0.625rem;
  }
  @media (prefers-reduced-motion: no-preference) {
    .button,
    .chip {
      transition: background-color 0.12s, border-color 0.12s;
    }
  }
`;

/** The visible line that something needs attention. */
export const notices = css`
  .notice {
    display: flex;
    gap: 0.6em;
    align-items: baseline;
    padding: 0.55rem 0.9rem;
    border-left: 0.3rem solid var(--warn-rule);
    border-radius: 0.25rem;
    background: var(--warn-tint);
    color: var(--warn-ink);
    overflow-wrap: anywhere;
  }
  .notice b {
    flex: none;
    font-weight: 700;
  }
  .notice + .notice {
    margin-top: var(--gap-xs);
  }
  .failure {
    padding: 0.75rem 1rem;
    border-left: 0.3rem solid var(--bad-ink);
    border-radius: 0.25rem;
    background: var(--bad-tint);
    color: var(--bad-ink);
    overflow-wrap: anywhere;
  }
  @media print {
    .notice {
      border: 1px solid #000;
      color: #000;
      background: none;
    }
  }
`;

/** Whether a material is needed, as a word in a frame. */
export const tags = css`
  .tag {
    padding: 0.05em 0.55em;
    border: 1px solid currentColor;
    border-radius: 0.25rem;
    font-size: var(--text-s);
    line-height: 1.5;
  }
  .waivable {
    background: var(--accent-tint);
    color: var(--accent-strong);
  }
  .later {
    background: var(--note-tint);
    color: var(--note-ink);
  }
  .open {
    background: var(--warn-tint);
    color: var(--warn-ink);
  }
  @media print {
    .tag {
      color: #000;
      background: none;
    }
  }
`;
