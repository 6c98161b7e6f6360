import { css } from 'lit';

/** Sheets for people to take along: A4, black on white, boxes to tick. */
export const paper = css`
  .paper {
    color: #000;
    font-size: 11pt;
    line-height: 1.5;
  }
  .paper h1 {
    margin-bottom: 3mm;
    font-family: var(--serif);
    font-size: 18pt;
    text-align: center;
  }
  .paper h2 {
    margin: 4mm 0 1mm;
    font-size: 12pt;
  }
  .paper table {
    width: 100%;
    border-collapse: collapse;
  }
  .paper thead {
    display: table-header-group;
  }
  .paper tr {
    break-inside: avoid;
  }
  .paper th,
  .paper td {
    padding: 1.2mm 2mm;
    border: 0.5pt solid #000;
    text-align: left;
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  .paper th {
    font-weight: 700;
    background: none;
    white-space: nowrap;
  }
  .paper .box {
    width: 14mm;
    text-align: center;
    font-size: 14pt;
    line-height: 1.1;
  }
  .paper .facts th {
    width: 26mm;
  }
  .paper .signs {
    display: flex;
    justify-content: space-between;
    gap: 10mm;
    margin-top: 8mm;
  }
  .paper .small {
    margin-top: 4mm;
    font-size: 9pt;
  }
`;
