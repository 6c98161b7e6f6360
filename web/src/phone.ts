/** Whether a number can be called: a mobile number, or a fixed line with its area code. */
export function isPhone(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '');
  return /^1[3-9]\d{9}$/.test(digits) || /^0\d{9,11}$/.test(digits);
}
