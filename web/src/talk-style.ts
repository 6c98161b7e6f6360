import { css } from 'lit';

/** How a conversation and its box are laid out, wherever they stand. */
export const talkStyle = css`
  h2 {
    margin-bottom: var(--gap-s);
    font-size: var(--text-l);
    line-height: 1.4;
  }
  .failure {
    margin-bottom: var(--gap);
  }
  .failure .button {
    color: var(--ink);
  }
  .promises {
    display: grid;
    gap: var(--gap);
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr));
    margin-top: var(--gap);
    padding-top: var(--gap);
    border-top: 1px solid var(--rule);
  }
  .promises dt {
    font-weight: 700;
  }
  .promises dd {
    color: var(--ink-soft);
  }
  .dock .status {
    color: var(--ink-soft);
  }
  .person {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: var(--gap-xs);
  }
  .person .button {
    padding: 0.2em 0.8em;
  }
  .below {
    display: flex;
    margin: 0 auto var(--gap-xs);
    border-color: var(--accent);
    background: var(--accent-tint);
    color: var(--accent-strong);
  }
  .lost {
    color: var(--bad-ink);
    font-weight: 600;
  }
  .after {
    margin-top: var(--gap);
  }
  .after .row {
    align-items: center;
    margin-top: var(--gap-s);
  }
  .what,
  .hours {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  .hours {
    margin-top: var(--gap-s);
  }
`;
