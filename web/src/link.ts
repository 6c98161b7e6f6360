/** The address if a browser may be sent there: http and https only, never a script. */
export function webLink(address: string | null): URL | null {
  if (!address) return null;
  try {
    const url = new URL(address.trim());
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}

/** A stretch of text; with `phone`, a number that can be dialled. */
export interface Stretch {
  text: string;
  phone?: string;
}

const PHONE = /(?<![\d-])(0\d{2,3}[-－ ]?\d{7,8}(?:[-－转]\d{1,5})?|1[3-9]\d{9}|400[-－]?\d{3}[-－]?\d{4}|12345|12333|12366|12393)(?![\d-])/g;

/** Splits a text at its phone numbers. */
export function phones(text: string): Stretch[] {
  const list: Stretch[] = [];
  let from = 0;
  for (const match of text.matchAll(PHONE)) {
    if (match.index > from) list.push({ text: text.slice(from, match.index) });
    const [main, extension] = match[0].replace(/[－ ]/g, '-').split('转');
    const digits = (main ?? '').replace(/-/g, '');
    list.push({ text: match[0], phone: extension ? `${digits},${extension}` : digits });
    from = match.index + match[0].length;
  }
  if (from < text.length) list.push({ text: text.slice(from) });
  return list;
}
