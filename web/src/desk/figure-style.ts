import { css } from 'lit';

/** Tables of figures: numbers stand under each other, and a bar under each name shows how many. */
export const figureTables = css`
  table.plain-table {
    font-size: var(--text-s);
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  tfoot th,
  tfoot td {
    border-top: 2px solid var(--control);
    font-weight: 600;
  }
  @media (max-width: 799px) {
    td.number {
      text-align: left;
    }
    tfoot,
    tfoot th {
      display: block;
    }
    tfoot td {
      border-top: 0;
    }
  }

  /* These stay tables on a phone too: name and bar on the left, few numbers on the right. */
  table.ranked,
  table.hours {
    display: table;
    background: none;
  }
  .ranked thead,
  .hours thead {
    display: table-header-group;
    position: static;
    width: auto;
    height: auto;
    overflow: visible;
    clip: auto;
  }
  .ranked tbody,
  .hours tbody {
    display: table-row-group;
  }
  .ranked tr,
  .hours tr {
    display: table-row;
    border: 0;
  }
  .ranked th,
  .ranked td {
    display: table-cell;
    padding: 0.15rem 0.4rem;
    border: 0;
    border-bottom: 1px solid var(--rule);
    background: none;
    vertical-align: middle;
  }
  .ranked thead th,
  .hours thead th {
    color: var(--ink-soft);
    font-size: var(--text-s);
    font-weight: 400;
  }
  .ranked th:first-child {
    padding-left: 0;
  }
  .ranked tbody th {
    width: 100%;
    font-weight: 400;
  }
  .ranked td.number,
  .hours td.number {
    text-align: right;
  }
  .hours th,
  .hours td {
    display: table-cell;
    padding: 0.15rem 0.3rem;
    border: 1px solid var(--rule);
    font-size: var(--text-s);
  }
  .hours th {
    white-space: nowrap;
  }
  .name {
    display: block;
    width: 100%;
    min-height: var(--target);
    padding: 0.3rem 0 0;
    border: 0;
    background: none;
    color: var(--accent);
    text-align: left;
    overflow-wrap: anywhere;
    cursor: pointer;
  }
  .name:hover {
    text-decoration: underline;
  }
  .name svg {
    display: block;
    width: 100%;
    height: 0.6rem;
    margin-top: 0.15rem;
  }
  .name rect {
    fill: var(--series-a);
  }
  @media print {
    .name {
      min-height: 0;
      color: inherit;
    }
  }
  @media (forced-colors: active) {
    .name rect {
      fill: CanvasText;
    }
  }
`;
