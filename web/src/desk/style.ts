import { css } from 'lit';

/** What the desk's pages have in common. */
export const page = css`
  h2 {
    font-size: var(--text-l);
    line-height: 1.4;
  }
  h3 {
    font-size: 1rem;
    line-height: 1.5;
  }
  .soft {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  .button {
    padding: 0.2em 0.9em;
  }
  .button[aria-pressed='true'],
  .button[aria-pressed='true']:hover,
  .chip[aria-pressed='true'] {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  @media (forced-colors: active) {
    [aria-pressed='true'],
    [aria-selected='true'],
    [aria-current='true'] {
      forced-color-adjust: none;
      background: Highlight !important;
      color: HighlightText !important;
    }
    [aria-selected='true'] *,
    [aria-current='true'] * {
      color: inherit !important;
      background: none !important;
    }
  }
  .grave {
    border-color: var(--bad-ink);
    color: var(--bad-ink);
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--gap-xs) var(--gap-s);
    margin-bottom: var(--gap-s);
  }
  .top h2 {
    margin-right: auto;
  }
`;

/** Tables that fit on a phone too: there each row is a block and each cell names its column. */
export const tables = css`
  table {
    width: 100%;
    border-collapse: collapse;
    background: var(--paper);
  }
  caption {
    padding: 0.4rem 0;
    text-align: left;
    font-weight: 600;
  }
  th,
  td {
    padding: 0.45rem 0.6rem;
    border: 1px solid var(--rule);
    text-align: left;
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  th {
    background: var(--ground);
    font-weight: 600;
  }
  td .button {
    margin: 0.1rem 0;
  }
  @media (max-width: 799px) {
    thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip: rect(0 0 0 0);
    }
    table,
    tbody,
    tr,
    td,
    tbody th {
      display: block;
    }
    tr {
      margin-bottom: var(--gap-s);
      border: 1px solid var(--rule);
    }
    td,
    tbody th {
      border: 0;
    }
    td[data-name]::before {
      content: attr(data-name) '：';
      color: var(--ink-soft);
    }
  }
`;

/** The buttons of a dialog that is scrolled: they stay at its lower edge. */
export const foot = css`
  .foot {
    position: sticky;
    bottom: calc(-1 * var(--gap));
    margin-top: var(--gap-s);
    padding: var(--gap-s) 0;
    background: var(--paper);
  }
`;
