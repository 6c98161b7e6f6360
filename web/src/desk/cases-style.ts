import { css } from 'lit';

/** Three columns where there is room, two on a small screen, one on a phone. */
export const casesStyle = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
  }
  .views {
    display: flex;
    gap: 0.25rem;
    padding: 0.25rem var(--gap-xs);
    border-bottom: 1px solid var(--rule);
    background: var(--paper);
  }
  .columns {
    display: grid;
    flex: 1 1 auto;
    grid-template-columns: minmax(0, 1fr);
    min-height: 0;
  }
  .columns > section {
    display: none;
    min-width: 0;
    min-height: 0;
  }
  .columns > section:focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: -3px;
  }
  .columns[data-view='list'] .list,
  .columns[data-view='context'] .context {
    display: block;
  }
  .columns[data-view='talk'] .talk {
    display: flex;
  }
  .talk {
    flex-direction: column;
    background: var(--ground);
  }
  .list,
  .context {
    overflow-y: auto;
    background: var(--paper);
  }
  desk-log {
    flex: 1 1 auto;
  }
  .nothing {
    padding: var(--gap);
    color: var(--ink-soft);
  }
  .title {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.2rem var(--gap-s);
    padding: 0.4rem var(--gap-s);
    border-bottom: 1px solid var(--rule);
    background: var(--paper);
  }
  .title .row {
    margin-left: auto;
  }
  .stage {
    font-weight: 600;
  }
  .preview {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--gap-xs);
    padding: 0.5rem var(--gap-s);
    border-top: 3px solid var(--accent);
    background: var(--paper);
  }
  @media (min-width: 800px) {
    .views button:first-child {
      display: none;
    }
    .columns {
      grid-template-columns: minmax(17rem, 20rem) minmax(0, 1fr);
    }
    .columns .list {
      display: block;
      border-right: 1px solid var(--rule);
    }
    .columns[data-view='list'] .talk {
      display: flex;
    }
  }
  @media (min-width: 1200px) {
    .views {
      display: none;
    }
    .columns {
      grid-template-columns: 19rem minmax(0, 1fr) 24rem;
    }
    .columns .talk {
      display: flex;
    }
    .columns .context,
    .columns[data-view] .context {
      display: block;
      border-left: 1px solid var(--rule);
    }
    .columns[data-view='context'] .talk {
      display: flex;
    }
  }
`;
