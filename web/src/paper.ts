import { html, nothing, render, svg } from 'lit';
import { encode } from 'uqr';
import { isUnverified, sourceMark } from './citation';
import { webLink } from './link';
import { language } from './script';
import { wording } from './wording';
import type { Card, Line, Material, Region } from './wire';

/** A guide and the place that it was asked for. */
export interface Sheet {
  card: Card;
  place: Region | null;
}

/** A browser that does not say when it has printed is given so long. */
const KEEP_MS = 300_000;

const STYLE = `
@page { size: A4; margin: 14mm 15mm; }
* { box-sizing: border-box; margin: 0; padding: 0; }
html { background: #fff; color: #000; }
body { font: 10.5pt/1.5 "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Source Han Sans SC", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; overflow-wrap: anywhere; }
article + article { break-before: page; }
header { display: flex; gap: 8mm; padding-bottom: 3mm; border-bottom: 1.5pt solid #000; }
header > div { flex: 1 1 0; min-width: 0; }
.mongolian { flex: none; order: -1; max-height: 45mm; writing-mode: vertical-lr; font: 13pt/1.5 "Noto Sans Mongolian", "Mongolian White", "Menk Qagan Tig", "Mongolian Baiti", sans-serif; overflow-wrap: normal; }
.kind { font-size: 9.5pt; letter-spacing: 0.2em; }
h1 { margin: 1mm 0; font: 700 18pt/1.3 "Songti SC", "Source Han Serif SC", "Noto Serif CJK SC", serif; }
.facts span + span::before { content: "　"; }
figure { flex: none; width: 27mm; text-align: center; }
figure svg { display: block; width: 27mm; height: 27mm; }
figcaption { font-size: 8pt; line-height: 1.3; }
h2 { margin: 4.5mm 0 1.5mm; font-size: 12pt; break-after: avoid; }
h2 small { margin-left: 1em; font-size: 9.5pt; font-weight: 400; }
.notice { margin-top: 2mm; padding: 1.5mm 3mm; border: 1pt solid #000; break-inside: avoid; }
ol { list-style: none; border-top: 0.5pt solid #000; }
li { display: flex; gap: 4mm; padding: 2mm 0; border-bottom: 0.5pt solid #888; break-inside: avoid; }
.tick { flex: none; width: 4.5mm; height: 4.5mm; margin-top: 0.8mm; border: 1pt solid #000; }
.no { flex: none; width: 1.5em; text-align: right; font-variant-numeric: tabular-nums; }
.what { flex: 1 1 0; min-width: 0; }
.name { font-weight: 700; }
.tag { margin-left: 0.5em; padding: 0 0.4em; border: 0.75pt solid #000; font-size: 9pt; white-space: nowrap; }
.small { font-size: 9pt; color: #222; white-space: pre-line; }
dl { display: grid; grid-template-columns: 8em minmax(0, 1fr); gap: 0.5mm 3mm; }
dt { color: #222; }
dd { font-weight: 600; white-space: pre-line; }
dd.none { font-weight: 400; }
h3 { margin-top: 2mm; font-size: 10.5pt; break-after: avoid; }
footer { margin-top: 5mm; padding-top: 2mm; border-top: 0.5pt solid #000; font-size: 8.5pt; color: #222; }
`;

/**
 * Prints guides to take along, one item a page. They are laid out in a frame of their own, which takes nothing of
 * the page around it: neither its styles nor, where it is somebody else's, its words.
 */
export async function printSheets(sheets: readonly Sheet[], beside: Node): Promise<void> {
  const frame = document.createElement('iframe');
  frame.title = wording.printTitle;
  Object.assign(frame.style, { position: 'fixed', width: '0', height: '0', border: '0', left: '0', bottom: '0', visibility: 'hidden' });
  beside.appendChild(frame);
  const page = frame.contentWindow as (Window & typeof globalThis) | null;
  const paper = frame.contentDocument;
  if (!page || !paper) return frame.remove();
  dress(page, paper);
  paper.documentElement.lang = language;
  paper.title = sheets.map(({ card }) => card.name).join('、');
  render(html`<main>${sheets.map(one)}</main>`, paper.body);
  const done = () => frame.remove();
  page.addEventListener('afterprint', () => setTimeout(done));
  setTimeout(done, KEEP_MS);
  await paper.fonts?.ready;
  page.focus();
  page.print();
}

/** Styles that need no permission of the page's policy; older browsers have only the other kind. */
function dress(page: Window & typeof globalThis, paper: Document) {
  try {
    const sheet = new page.CSSStyleSheet();
    sheet.replaceSync(STYLE);
    paper.adoptedStyleSheets = [sheet];
  } catch {
    const style = paper.createElement('style');
    style.textContent = STYLE;
    paper.head.append(style);
  }
}

function one({ card, place }: Sheet) {
  const given = card.questions.flatMap(({ options, chosen }) => options.filter(({ id }) => chosen.includes(id)).map(({ label }) => label));
  const link = card.stale ? null : (webLink(card.online_url) ?? webLink(card.mobile_url));
  const { materials } = card;
  return html`<article>
    <header>
      <div>
        <p class="kind">${wording.printTitle}</p>
        <h1>${card.name}${card.business_item ? `：${card.business_item}` : ''}</h1>
        <p class="facts">
          <span>${wording.place}：${place?.name ?? wording.wholeRegion}</span>
          ${card.region && card.region.code !== place?.code ? html`<span>${wording.guideOf(card.region.name)}</span>` : nothing}
        </p>
        <p>${wording.code}：${card.code ?? wording.notStated}</p>
        ${given.length > 0 ? html`<p>${wording.answersTitle}：${given.join('；')}</p>` : nothing}
      </div>
      ${card.name_mn ? html`<p class="mongolian" lang="mn-Mong">${card.name_mn.text}</p>` : nothing} ${link ? code(link) : nothing}
    </header>
    ${card.notices.map((notice) => html`<p class="notice">${wording.attention}：${notice}</p>`)}
    <h2>${wording.materials}<small>${materials.list.length === 0 && materials.stated ? wording.materialsNone : materials.summary}</small></h2>
    ${materials.list.length > 0 ? html`<ol>${materials.list.map((material, at) => bring(card, material, at))}</ol>` : nothing}
    ${block(wording.where, card.channels)}
    ${card.hall ? html`<h3>${card.hall.name}</h3><p class="small">${card.hall.notice}</p>${pairs(card.hall.lines)}` : nothing}
    ${block(wording.limits, card.limits)} ${block(wording.conditions, card.conditions)}
    <footer>
      <p>
        ${[
          wording.guide(card.region?.name ?? wording.wholeRegion, card.name),
          card.version ? wording.version(card.version) : wording.versionUnknown,
          ...(card.data_source ? [wording.dataSource(card.data_source)] : []),
          card.updated_at ? wording.updated(card.updated_at) : wording.updatedUnknown,
        ].join('　')}
      </p>
      ${link ? html`<p>${wording.online}：${link.href}</p>` : nothing}
      <p>${wording.printFoot(new Date().toLocaleDateString('zh-CN'))}</p>
    </footer>
  </article>`;
}

/** The online link, for a phone's camera. */
function code(link: URL) {
  const { data, size } = encode(link.href, { ecc: 'M', border: 2 });
  const dots = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return html`<figure>
    ${svg`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${wording.qrLabel(link.host)} shape-rendering="crispEdges"><path d=${dots} /></svg>`}
    <figcaption>${wording.qrHint}</figcaption>
  </figure>`;
}

function bring(card: Card, material: Material, at: number) {
  const state = { waivable: wording.waivable, later: wording.later, open: wording.open }[material.state];
  const facts = [material.quantity, material.form, material.source].filter((fact) => fact !== null);
  const asked = card.questions.filter(({ id }) => material.waits_for.includes(id)).map(({ question }) => question);
  const reasons = material.state === 'open' && material.needed_when ? [material.needed_when] : asked;
  const notes = (Object.entries(wording.noteLabels) as [keyof typeof wording.noteLabels, string][]).filter(([field]) => material[field]);
  return html`<li>
    <span class="tick"></span><span class="no">${at + 1}.</span>
    <div class="what">
      <p>
        <span class="name">${material.name}</span>${state ? html`<span class="tag">${state}</span>` : nothing}${mark(material)}
      </p>
      <p class="small">${facts.length > 0 ? facts.join(' · ') : wording.notStated}</p>
      ${material.license_name ? html`<p class="small">${wording.waivableBy(material.license_name)}</p>` : nothing}
      ${reasons.length > 0 ? html`<p class="small">${wording.openBecause(reasons.join('、'))}</p>` : nothing}
      ${notes.length > 0 ? html`<p class="small">${notes.map(([field, label]) => `${label}：${material[field]}`).join('；')}</p>` : nothing}
    </div>
  </li>`;
}

function block(title: string, lines: readonly Line[]) {
  return lines.length > 0 ? html`<h2>${title}</h2>${pairs(lines)}` : nothing;
}

function pairs(lines: readonly Line[]) {
  return html`<dl>
    ${lines.map(
      (line) => html`<dt>${line.label}</dt>
        <dd class=${line.value === null ? 'none' : ''}>${line.text.split('；').join('\n')}${line.value === null ? nothing : mark(line)}</dd>`,
    )}
  </dl>`;
}

/** What nobody has checked says so. */
function mark({ citation }: Line | Material) {
  return isUnverified(citation) ? html`<span class="small">（${sourceMark(citation)}）</span>` : nothing;
}
