import { css } from 'lit';

/** How the panel is laid out: a head, what is read, and the box. */
export const panelStyle = css`
  .frame {
    position: relative;
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto;
    grid-template-columns: minmax(0, 1fr);
    box-sizing: border-box;
    overflow: hidden;
    background: var(--ground);
    color: var(--ink);
    font-family: var(--sans);
    font-size: var(--rem);
    line-height: var(--leading);
    text-align: left;
    cursor: auto;
  }
  .floats {
    position: fixed;
    z-index: 2147483000;
    right: 20px;
    bottom: 92px;
    border: 1px solid var(--control);
    border-radius: 1.125rem;
    box-shadow: 0 4px 12px rgba(8, 40, 34, 0.14), 0 24px 64px rgba(8, 40, 34, 0.28);
  }
  .floats.left {
    right: auto;
    left: 20px;
  }
  .covers {
    position: fixed;
    z-index: 2147483000;
    top: 0;
    left: 0;
    width: 100%;
    height: 100vh;
    height: 100dvh;
  }
  .in-page {
    min-height: 460px;
    height: 100%;
    border: 1px solid var(--rule);
  }
  /* Where the page has set no height, the conversation has that of the window. */
  .in-page {
    max-height: 100vh;
    max-height: 100dvh;
  }
  header {
    padding: 0.375rem 0.625rem 0.5rem 0.875rem;
    border-bottom: 1px solid var(--rule);
    background: var(--paper);
  }
  .title {
    display: flex;
    align-items: center;
    gap: 0.625rem;
  }
  .title > svg {
    flex: none;
    width: 2.125rem;
    height: 2.125rem;
  }
  .names {
    flex: 1 1 auto;
    min-width: 0;
  }
  h2 {
    margin: 0;
    font-family: var(--serif);
    font-size: 1.1875rem;
    line-height: 1.25;
  }
  .state {
    display: flex;
    align-items: center;
    gap: 0.4em;
    color: var(--ink-soft);
    font-size: var(--text-s);
    line-height: 1.3;
  }
  .lamp {
    flex: none;
    width: 0.6em;
    height: 0.6em;
    border: 1px solid currentColor;
    border-radius: 50%;
  }
  .lamp.person {
    background: var(--accent);
  }
  .lamp.down,
  .lamp.lost {
    background: var(--bad-ink);
  }
  .icon {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    flex: none;
    width: var(--target);
    height: var(--target);
    margin: 0 -0.125rem;
    padding: 0;
    border: 1px solid transparent;
    border-radius: var(--radius-s);
    background: none;
    color: var(--ink-soft);
    cursor: pointer;
  }
  .icon.end {
    width: auto;
    padding: 0 0.5em;
    font: inherit;
    font-size: var(--text-s);
  }
  .icon:hover {
    background: var(--accent-tint);
    color: var(--accent-strong);
  }
  .icon svg,
  .sound svg,
  .grip svg {
    width: 1.25rem;
    height: 1.25rem;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
    margin-top: 0.25rem;
  }
  .tools .button {
    padding: 0.2em 0.45em;
    font-size: var(--text-s);
  }
  .tools .place {
    flex: 1 1 4.5rem;
    justify-content: space-between;
    min-width: 0;
    padding: 0.2em 0.75em;
  }
  .place span:first-child {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .tools [aria-pressed='true'] {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  .frame[data-wide] header {
    display: flex;
    align-items: center;
    gap: 0.625rem;
  }
  .frame[data-wide] .title {
    display: contents;
  }
  .frame[data-wide] .tools {
    order: 1;
    margin: 0;
  }
  .frame[data-wide] .tools .place {
    flex: none;
  }
  .frame[data-wide] .icon {
    order: 2;
  }
  .scroll {
    overflow: auto;
    overscroll-behavior: contain;
    padding: var(--gap-s) 0 var(--gap);
  }
  .inner {
    width: 100%;
    max-width: calc(var(--page) + 2 * var(--edge));
    margin: 0 auto;
    padding: 0 var(--edge);
  }
  .start h2,
  .after h2 {
    margin-bottom: var(--gap-s);
    font-family: var(--sans);
    font-size: var(--text-l);
  }
  .machine {
    max-width: calc(var(--page) + 2 * var(--edge));
    margin: var(--gap) auto 0;
    padding: 0 var(--edge);
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  .dock {
    border-top: 1px solid var(--rule);
    background: var(--paper);
  }
  .dock .inner {
    padding-top: 0.375rem;
    padding-bottom: 0.5rem;
  }
  .dock .status {
    font-size: var(--text-s);
  }
  .person {
    flex-wrap: nowrap;
    gap: 0;
  }
  .person .button {
    padding: 0.2em 0.7em;
    border-color: transparent;
    background: none;
    color: var(--accent-strong);
    font-size: var(--text-s);
    font-weight: 600;
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  .person .button:hover {
    background: var(--accent-tint);
  }
  .grip {
    position: absolute;
    top: 0;
    left: 0;
    width: 1.5rem;
    height: 1.5rem;
    padding: 0;
    border: 0;
    background: none;
    color: var(--control);
    cursor: nwse-resize;
    touch-action: none;
  }
  .left .grip {
    right: 0;
    left: auto;
    cursor: nesw-resize;
  }
  .grip svg {
    display: block;
    width: 0.875rem;
    height: 0.875rem;
    margin: 0.3rem;
    stroke-width: 1.5;
  }
  .left .grip svg {
    transform: scaleX(-1);
    margin-left: auto;
  }
  .edge {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
  }
  .frame[data-low] {
    display: block;
    overflow: auto;
  }
  .frame[data-low] .scroll {
    overflow: visible;
  }
  .frame[data-low]:not([data-lowest]) .dock {
    position: sticky;
    z-index: 2;
    bottom: 0;
  }
  @media (prefers-reduced-motion: no-preference) {
    .floats:not([hidden]) {
      animation: rise 0.16s ease-out;
    }
    @keyframes rise {
      from {
        opacity: 0;
        transform: translateY(0.75rem);
      }
    }
  }
  @media (forced-colors: active) {
    .tools [aria-pressed='true'] {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
    .lamp.person {
      forced-color-adjust: none;
      background: Highlight;
    }
  }
`;
