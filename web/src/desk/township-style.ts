import { css } from 'lit';

/** Search and guide side by side where there is room, one below the other elsewhere; on paper only the sheet. */
export const townshipStyle = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3rem var(--gap);
    padding: 0.4rem var(--gap-s);
    border-bottom: 1px solid var(--rule);
    background: var(--paper);
  }
  nav {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem;
  }
  nav .button {
    min-height: 2.25rem;
    padding: 0.1em 0.9em;
  }
  nav [aria-current='page'] {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 700;
  }
  desk-place {
    flex: 1 1 16rem;
  }
  .offline,
  .changed {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.2rem 1em;
    padding: 0.4rem var(--gap-s);
    border-left: 0.4rem solid var(--warn-rule);
    background: var(--warn-tint);
    color: var(--warn-ink);
  }
  .said {
    padding: 0 var(--gap-s);
    color: var(--accent-strong);
    font-weight: 600;
  }
  .body {
    flex: 1 1 auto;
    min-height: 0;
  }
  .two {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
  }
  .find {
    padding: var(--gap-s);
  }
  .guide {
    min-width: 0;
    padding: var(--gap-s) var(--gap);
    background: var(--paper);
  }
  .guide:focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: -3px;
  }
  .nothing {
    padding: var(--gap) 0;
    color: var(--ink-soft);
  }
  .acts {
    margin-bottom: var(--gap-xs);
  }
  .acts .button {
    min-height: 2.25rem;
    padding: 0.1em 0.9em;
  }
  .acts [aria-expanded='true'] {
    border-color: var(--accent);
    background: var(--accent-tint);
    color: var(--accent-strong);
    font-weight: 700;
  }
  .side {
    margin: var(--gap-xs) 0 var(--gap-s);
    padding: var(--gap-s) var(--gap);
    border: 2px solid var(--accent);
    border-radius: var(--radius);
    background: var(--paper);
  }
  desk-visit,
  desk-reports,
  desk-pack {
    max-width: 76rem;
    margin: 0 auto;
    padding: var(--gap-s);
  }
  @media screen and (min-width: 1000px) {
    .two {
      grid-template-columns: minmax(20rem, 2fr) minmax(0, 3fr);
    }
    .guide {
      border-left: 1px solid var(--rule);
    }
  }
  /* In a low window, as at 400 %, the page scrolls as a whole. */
  @media screen and (min-width: 1000px) and (min-height: 36em) {
    .two {
      height: 100%;
    }
    .find,
    .guide {
      position: relative;
      min-height: 0;
      overflow-y: auto;
    }
    .find {
      display: flex;
      flex-direction: column;
    }
    desk-lookup {
      flex: 1 1 auto;
      min-height: 14rem;
    }
    .body {
      position: relative;
      overflow-y: auto;
    }
  }
  @media print {
    :host,
    .two {
      display: block;
      height: auto;
    }
    .guide,
    .side,
    desk-visit {
      max-width: none;
      margin: 0;
      padding: 0;
      border: 0;
    }
    .offline {
      display: none;
    }
  }
`;
