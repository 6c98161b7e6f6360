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

// Without a look-behind, which Safari before 16.4 can't read: what stands before is matched and left out.
const PHONE = /(^|[^\d-])(?:(0\d{2,3}[-－ ]?\d{7,8})(?:[-－转](\d{1,5}))?|1[3-9]\d{9}|400[-－]?\d{3}[-－]?\d{4}|12345|12333|12366|12393)(?![\d-])/g;

/** Anywhere else these three digits are a sum of money or a number of days. */
const URGENT = /(^|[^\d-])(?:110|119|12[02]|12345)(?![\d-])/g;

/** Splits a text at its phone numbers; where it is urgent, at those of the police and the like. */
export function phones(text: string, urgent = false): Stretch[] {
  const list: Stretch[] = [];
  let from = 0;
  for (const match of text.matchAll(urgent ? URGENT : PHONE)) {
    const [found, before = '', landline, extension] = match;
    const start = match.index + before.length;
    const whole = found.slice(before.length);
    if (start > from) list.push({ text: text.slice(from, start) });
    const digits = (landline ?? whole).replace(/\D/g, '');
    // A comma makes a phone wait before it dials the extension.
    list.push({ text: whole, phone: extension ? `${digits},${extension}` : digits });
    from = start + whole.length;
  }
  if (from < text.length) list.push({ text: text.slice(from) });
  return list;
}
