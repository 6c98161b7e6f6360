import { css } from 'lit';

/** How the citizen's page is laid out. */
export const appStyle = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100vh;
  }
  .skip {
    position: absolute;
    left: -999rem;
  }
  .skip:focus {
    left: var(--edge);
    top: 0.25rem;
    z-index: 9;
    background: var(--paper);
  }
  .inner {
    width: 100%;
    max-width: calc(var(--page) + 2 * var(--edge));
    margin: 0 auto;
    padding-left: var(--edge);
    padding-right: var(--edge);
  }
  .bar {
    background: var(--paper);
    border-bottom: 1px solid var(--rule);
  }
  .bar .inner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.75rem;
    padding-top: 0.5rem;
    padding-bottom: 0.5rem;
  }
  .brand {
    display: inline-flex;
    align-items: center;
    gap: 0.65rem;
    min-height: var(--target);
    margin-right: auto;
    color: var(--ink);
    text-decoration: none;
  }
  .brand svg {
    width: 2.25rem;
    height: 2.25rem;
  }
  h1 {
    font-family: var(--serif);
    font-size: 1.375rem;
    line-height: 1.2;
  }
  h1 small {
    display: block;
    font-family: var(--sans);
    font-size: var(--text-s);
    font-weight: 400;
    color: var(--ink-soft);
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem;
  }
  .tools .button {
    padding: 0.2em 0.8em;
  }
  .tools [aria-pressed='true'] {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  .hero {
    position: relative;
    background: linear-gradient(var(--sky-high), var(--sky-low));
  }
  .hero .inner {
    position: relative;
    z-index: 2;
    padding-top: clamp(1rem, 4vw, 3rem);
    padding-bottom: var(--hills-room);
  }
  .hero h2 {
    margin-bottom: 0;
    font-family: var(--serif);
    font-size: var(--text-hero);
    line-height: 1.3;
  }
  .hills {
    position: absolute;
    z-index: 1;
    bottom: 0;
    left: 0;
    width: 100%;
    height: clamp(3rem, 8vw, 7rem);
  }
  .hills .far {
    fill: var(--hill-far);
  }
  .hills .near {
    fill: var(--hill-near);
  }
  .hills .ground {
    fill: var(--ground);
  }
  main {
    flex: 1 0 auto;
    padding-bottom: var(--gap);
  }
  main > .inner {
    padding-top: var(--gap);
  }
  main:focus {
    outline: none;
  }
  .dock {
    background: var(--paper);
    border-top: 1px solid var(--rule);
  }
  .dock .inner {
    padding-top: 0.375rem;
    padding-bottom: 0.5rem;
  }
  /* In a low window, as at 400 %, it would hide what is read. */
  @media (min-height: 32em) {
    :host(:not([low])) .dock {
      position: sticky;
      z-index: 4;
      bottom: 0;
    }
  }
  footer {
    border-top: 1px solid var(--rule);
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  footer .inner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 1.5rem;
    padding-top: 0.5rem;
    padding-bottom: 0.5rem;
  }
  footer a {
    display: inline-flex;
    align-items: center;
    min-height: var(--target);
    min-width: var(--target);
  }
  @media print {
    .bar,
    .hero,
    .start,
    .dock,
    .failure,
    footer,
    .skip {
      display: none;
    }
    main,
    .inner {
      padding: 0;
      max-width: none;
    }
  }
`;
