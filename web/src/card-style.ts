import { css } from 'lit';

/** How the card of an answer looks, on the screen and on paper. */
export const cardStyle = css`
  article {
    border: 1px solid var(--rule);
    border-radius: var(--radius);
    background: var(--paper);
    box-shadow: var(--shadow);
    overflow: hidden;
  }
  .head {
    padding: var(--gap) var(--edge);
    border-top: 0.35rem solid var(--accent);
    border-bottom: 1px solid var(--rule);
  }
  /* The name from top to bottom stands left of all the rest; where both have no room, below it. */
  .head {
    display: flex;
    flex-flow: row-reverse wrap;
    justify-content: flex-end;
    gap: var(--gap-s) var(--gap);
  }
  .told {
    flex: 1 1 12em;
    min-width: 0;
  }
  .mongolian {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    min-width: 0;
    max-width: 100%;
  }
  .mongolian dd {
    min-width: 0;
    max-width: 100%;
  }
  h2 {
    font-family: var(--serif);
    font-size: var(--text-xl);
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
  h2 .item {
    color: var(--accent);
  }
  .meta {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 1.25rem;
    margin-top: var(--gap-xs);
  }
  .meta dt,
  .code dt {
    display: inline;
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  .meta dt::after,
  .code dt::after {
    content: '：';
  }
  .meta dd,
  .code dd {
    display: inline;
    overflow-wrap: anywhere;
  }
  .meta > div {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
  }
  .meta dd.cite {
    display: contents;
  }
  .scope-lines {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 1.25rem;
  }
  .number {
    font-family: var(--mono);
    font-size: var(--text-s);
  }
  .scope {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--gap-xs) 0.75rem;
    margin-top: var(--gap-s);
  }
  .scope .chip {
    border-color: var(--accent);
    color: var(--accent-strong);
    font-weight: 600;
    flex-wrap: wrap;
    justify-content: flex-start;
  }
  .scope .chip u {
    font-weight: 400;
    white-space: nowrap;
    text-underline-offset: 0.2em;
  }
  .from {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  .notices {
    margin-top: var(--gap-s);
  }
  .grid {
    display: grid;
    grid-template-columns: var(--card-columns);
    grid-template-areas: var(--card-areas);
    grid-template-rows: var(--card-rows);
    gap: var(--gap-l);
    padding: var(--gap-l) var(--edge);
  }
  .bring {
    grid-area: bring;
    min-width: 0;
  }
  .when {
    grid-area: when;
    min-width: 0;
  }
  .how {
    grid-area: how;
    min-width: 0;
  }
  section ~ section {
    margin-top: var(--gap-l);
  }
  h3 {
    margin-bottom: var(--gap-s);
    font-size: var(--text-l);
    line-height: 1.4;
  }
  h3::before {
    content: '';
    display: inline-block;
    width: 0.28em;
    height: 0.95em;
    margin-right: 0.5em;
    border-radius: 2px;
    background: var(--accent);
    vertical-align: -0.1em;
  }
  .answers {
    padding: var(--gap-s) var(--inset);
    border-radius: var(--radius);
    background: var(--ground);
  }
  .answers dl > div {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 0.75em;
  }
  .answers dt {
    color: var(--ink-soft);
  }
  .answers dd {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .hall {
    margin-top: var(--gap-s);
    padding: var(--gap-s) var(--inset);
    border-radius: var(--radius);
    background: var(--ground);
  }
  h4 {
    margin: var(--gap-xs) 0;
  }
  .hint {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  .links {
    margin-bottom: var(--gap-s);
  }
  details.fold {
    margin-top: var(--gap-s);
    border: 1px solid var(--rule);
    border-radius: var(--radius-s);
  }
  details.fold > summary {
    display: flex;
    align-items: center;
    gap: 0.5em;
    min-height: var(--target);
    padding: 0.4rem 1rem;
    border-radius: var(--radius-s);
    font-weight: 600;
    cursor: pointer;
    list-style: none;
  }
  details.fold > summary::-webkit-details-marker {
    display: none;
  }
  details.fold > summary::after {
    content: '＋';
    margin-left: auto;
    color: var(--accent);
  }
  details.fold[open] > summary::after {
    content: '－';
  }
  details.fold small {
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 400;
  }
  .folded {
    padding: 0 1rem 0.75rem;
  }
  .faq dt {
    margin-top: var(--gap-s);
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .faq dd {
    white-space: pre-line;
    overflow-wrap: anywhere;
  }
  .faq dd.cite {
    display: flex;
    flex-wrap: wrap;
    white-space: normal;
  }
  .provenance {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 1.25rem;
    padding: var(--gap-s) var(--edge);
    border-top: 1px solid var(--rule);
    color: var(--ink-soft);
    overflow-wrap: anywhere;
  }
  .actions {
    padding: var(--gap) var(--edge);
    border-top: 1px solid var(--rule);
    background: var(--ground);
  }
  .extra {
    padding: var(--gap-l) var(--edge);
    border-top: 1px solid var(--rule);
  }
  @media print {
    article {
      border: 0;
      overflow: visible;
    }
    .head,
    .grid,
    .provenance {
      padding: 3mm 0;
      border: 0;
    }
    .grid {
      display: block;
    }
    h2,
    h2 .item {
      color: #000;
    }
    h3 {
      margin: 4mm 0 1mm;
    }
    section ~ section {
      margin-top: 0;
    }
  }
`;
