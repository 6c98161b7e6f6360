/** What is left of personal data once they are starred. */
const STARRED = /[\w@.]*\*{3,}[\w@.*]*/g;

/** Words to look up: they go into an address, where no number of a person's may stand, not even a starred one. */
export function lookedUp(text: string): string {
  return masked(text).replace(STARRED, ' ').trim();
}

/** Two letters or digits, half or full width, may be one space or dash apart. */
const RUN = /[0-9A-Za-z０-９Ａ-Ｚａ-ｚ](?:[ \-－—\u3000\u00a0]?[0-9０-９]|[A-Za-zＡ-Ｚａ-ｚ])*/g;

const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

/** 车牌: province, letter, five or six more. */
const PLATE = /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{5,6}(?![A-Z0-9])/g;

/** 护照或通行证: a letter or two and seven or eight digits. */
const PASSPORT = /(^|[^A-Za-z0-9])([EGDSPHMCT][A-Z]?\d{7,8})(?![A-Za-z0-9])/g;

/** A number as it is read out, digit by digit. */
const SPOKEN = /[零〇一二三四五六七八九幺](?:[ ，,、]?[零〇一二三四五六七八九幺]){10,}/g;

const half = (text: string) => text.replace(/[！-～]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0));

/**
 * A text with personal data starred, for the eye; the service masks again before it keeps anything. A long number
 * counts as personal even where its check digit is wrong: what was heard on the phone often has a slip in it.
 */
export function masked(text: string): string {
  return text
    .replace(EMAIL, '***@***')
    .replace(PLATE, (one) => `${one.slice(0, 2)}*****`)
    .replace(PASSPORT, (_, before: string, number: string) => `${before}${number.slice(0, 1)}********`)
    .replace(SPOKEN, (run) => `${run.slice(0, 3)}********`)
    .replace(RUN, (run) => {
      const plain = half(run).replace(/[^0-9A-Za-z]/g, '');
      return isPersonal(plain) ? `${plain.slice(0, 3)}${'*'.repeat(plain.length - 5)}${plain.slice(-2)}` : run;
    });
}

/** Item and organ codes are longer than any personal number, and begin with letters or hold them in the middle. */
function isPersonal(run: string): boolean {
  if (/^(86)?1[3-9]\d{9}$/.test(run)) return true;
  if (/^\d{17}[\dXx]$/.test(run)) return true;
  return /^\d{15,19}$/.test(run);
}
