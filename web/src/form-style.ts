import { css } from 'lit';

/** Fields of forms. */
export const fields = css`
  label,
  .label {
    display: block;
    margin: var(--gap-s) 0 var(--gap-xs);
    font-weight: 600;
  }
  .field {
    width: 100%;
    min-height: var(--target);
    padding: 0.3em 0.6em;
    border: 1px solid var(--control);
    border-radius: var(--radius-s);
    background: var(--paper);
    color: var(--ink);
    font: inherit;
  }
  textarea.field {
    min-height: 6rem;
    line-height: 1.6;
    resize: vertical;
  }
  .field:focus-visible,
  textarea:focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
  }
  .field[aria-invalid='true'] {
    border: 2px solid var(--bad-ink);
  }
  .hint {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  .wrong {
    margin-top: var(--gap-xs);
    color: var(--bad-ink);
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .tick {
    display: inline-flex;
    align-items: center;
    gap: 0.5em;
    min-height: var(--target);
    margin: 0 1em 0 0;
    font-weight: 400;
  }
  .tick input {
    flex: none;
    width: 1.3em;
    height: 1.3em;
    margin: 0;
    accent-color: var(--accent);
  }
  .foot {
    margin-top: var(--gap);
  }
`;
