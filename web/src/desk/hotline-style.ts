import { css } from 'lit';

/** Three columns where there is room, two on a small screen, one on a phone; what is read scrolls by itself. */
export const hotlineStyle = css`
  :host {
    height: 100%;
    min-height: 0;
  }
  .desk {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    grid-template-areas: 'notices' 'find' 'guide' 'end' 'call';
    background: var(--ground);
  }
  .notices {
    grid-area: notices;
    padding: 0.25rem var(--gap-s) 0;
    background: var(--paper);
  }
  .call {
    grid-area: call;
    padding: var(--gap-s);
    background: var(--paper);
  }
  .find {
    grid-area: find;
    display: flex;
    flex-direction: column;
    min-width: 0;
    padding: var(--gap-s);
  }
  desk-full-text {
    flex: none;
    max-height: 60%;
    margin-top: var(--gap-xs);
    overflow-y: auto;
  }
  .where {
    display: flex;
    gap: var(--gap-xs);
    align-items: flex-start;
    margin-bottom: var(--gap-xs);
  }
  .where desk-place {
    flex: 1 1 auto;
    min-width: 0;
  }
  .where .plain {
    flex: none;
    min-height: 2.25rem;
    font-size: var(--text-s);
  }
  .guide {
    grid-area: guide;
    min-width: 0;
    padding: var(--gap-s) var(--gap);
    background: var(--paper);
  }
  .guide:focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: -3px;
  }
  .end {
    grid-area: end;
    padding: 0.4rem var(--gap-s);
    border-top: 2px solid var(--accent);
    background: var(--paper);
  }
  .said-line {
    color: var(--accent-strong);
    font-size: var(--text-s);
    font-weight: 600;
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
    padding: 0.1em 0.8em;
  }
  kbd {
    font-family: var(--mono);
    font-size: var(--text-s);
    opacity: 0.85;
  }
  .script {
    margin-bottom: var(--gap-s);
    padding: 0.6rem 0.9rem;
    border-left: 0.3rem solid var(--accent);
    background: var(--accent-tint);
  }
  .script .top {
    justify-content: space-between;
    margin: 0;
  }
  .script .plain {
    min-height: 1.75rem;
    font-size: var(--text-s);
  }
  .script li {
    font-size: 1.0625rem;
    line-height: 1.7;
  }
  .hand {
    width: 100%;
    min-height: 8rem;
    font: inherit;
  }
  .glance {
    margin-top: var(--gap-s);
    padding: 0.6rem 0.9rem;
    border: 1px dashed var(--control);
    border-radius: var(--radius-s);
    background: var(--paper);
    overflow-wrap: anywhere;
  }
  .left {
    display: contents;
  }
  @media (max-width: 799px) {
    kbd {
      display: none;
    }
  }
  @media (min-width: 800px) {
    .desk {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1.15fr);
      grid-template-areas: 'notices notices' 'left guide' 'end end';
      grid-template-rows: auto minmax(0, 1fr) auto;
    }
    .left {
      grid-area: left;
      display: block;
    }
    .guide {
      border-left: 1px solid var(--rule);
    }
  }
  @media (min-width: 1200px) {
    .desk {
      grid-template-columns: 18rem minmax(0, 1fr) minmax(0, 1.2fr);
      grid-template-areas: 'notices notices notices' 'call find guide' 'end end end';
    }
    .left {
      display: contents;
    }
    .call {
      border-right: 1px solid var(--rule);
    }
  }
  /* In a low window, as at 400 %, the page scrolls as a whole. */
  @media (min-width: 800px) and (min-height: 36em) {
    .desk {
      height: 100%;
      min-height: 0;
    }
    .guide,
    .left {
      /* What is hidden from the eye must not make the page itself longer. */
      position: relative;
      min-height: 0;
      overflow-y: auto;
    }
  }
  @media (min-width: 1200px) and (min-height: 36em) {
    .find,
    .call {
      position: relative;
      min-height: 0;
      overflow-y: auto;
    }
    desk-lookup {
      flex: 1 1 auto;
      min-height: 14rem;
    }
    desk-transcript {
      height: 100%;
    }
    .glance {
      flex: none;
      max-height: 40%;
      overflow-y: auto;
    }
  }
`;
