/** What canned replies can name, and where it stands now. */
export type Facts = Partial<Record<'工号' | '事项' | '地区' | '电话', string>>;

const VARIABLE = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** A canned reply with what is known put in; what isn't known stays marked, so that nobody sends a gap. */
export function filled(text: string, facts: Facts): string {
  return text.replace(VARIABLE, (whole, name: string) => facts[name as keyof Facts] || whole);
}

/** The variables that still stand in a text, each once. */
export function gaps(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] ?? ''))];
}

/** Canned replies that a search after "/" means: words of the title first, then of the text. */
export function matching<T extends { title: string; text: string }>(all: readonly T[], search: string): T[] {
  const wanted = search.trim().toLowerCase();
  const titled = all.filter(({ title }) => title.toLowerCase().includes(wanted));
  const worded = all.filter((one) => !titled.includes(one) && one.text.toLowerCase().includes(wanted));
  return [...titled, ...worded];
}
