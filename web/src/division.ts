import { regionsBelow } from './api';
import type { Region } from './wire';

/** The codes from league to the division itself, as the digits tell: 150702001 → 150700, 150702, 150702001. */
export function divisionLine(code: string): string[] {
  if (!/^\d{6}/.test(code) || code.slice(2, 6) === '0000') return [];
  const line = [`${code.slice(0, 4)}00`];
  if (code.slice(4, 6) !== '00') line.push(code.slice(0, 6));
  if (code.length >= 9) line.push(code.slice(0, 9));
  return line;
}

/** A division's own name, without the divisions above it. */
export function ownName(name: string, parent: string): string {
  return parent && name.length > parent.length && name.startsWith(parent) ? name.slice(parent.length) : name;
}

/** A division's name behind the names of those above it, as an answer names a place. */
export function fullName(name: string, above: string): string {
  return name.startsWith(above) ? name : above + name;
}

/** Looks a division up by its code, which an address carries without the name. */
export async function divisionByCode(code: string): Promise<Region | null> {
  let found: Region | null = null;
  let above = '';
  let name = '';
  for (const step of divisionLine(code)) {
    const next = (await regionsBelow(above)).find((region) => region.code === step);
    if (!next) return null;
    above = step;
    name = fullName(next.name, name);
    found = { code: step, name };
  }
  return found;
}
