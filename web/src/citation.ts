import { wording } from './wording';
import type { Citation, Line, Source } from './wire';

/** The word beside 出处: what kind of source stands behind a line. */
export function sourceMark(citation: Citation): string {
  const first = citation.sources[0];
  if (!first) return wording.sourceMissing;
  const kind = wording.sourceKinds[first.kind];
  return kind ? `${wording.source}·${kind}` : wording.source;
}

/** Whether nobody has checked the line against a source. */
export function isUnverified(citation: Citation): boolean {
  return citation.sources.every((source) => source.kind === 'unverified');
}

/** The sources as text, one a line. */
export function sourceTexts(citation: Citation): string[] {
  return citation.sources.length > 0 ? citation.sources.map(sourceText) : [wording.sourceMissing];
}

function sourceText(source: Source): string {
  const kind = wording.sourceKinds[source.kind];
  return kind && kind !== source.text ? `${kind}：${source.text}` : source.text;
}

/** The one citation behind all lines that say something, if they share their sources; silence has none. */
export function sharedCitation(lines: readonly Line[]): Citation | null {
  const [first, ...rest] = lines.filter((line) => line.value !== null);
  if (!first || rest.length === 0) return null;
  const sources = JSON.stringify(first.citation.sources);
  const same = rest.every((line) => JSON.stringify(line.citation.sources) === sources);
  return same ? first.citation : null;
}
