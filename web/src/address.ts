/** What the page is opened with, as its address says it. */
export interface Address {
  /** A question to ask. */
  q: string;
  /** Division code of the asker. */
  region: string;
  /** Key of an item to open. */
  code: string;
  /** The item's 业务办理项, where one was chosen. */
  business_item: string;
}

const DIVISION = /^\d{6}(\d{3}){0,2}$/;

/** Reads an address, those that were shared before there were conversations among them. */
export function readAddress(search: string): Address {
  const params = new URLSearchParams(search);
  const division = (name: string) => {
    const code = params.get(name) ?? '';
    return DIVISION.test(code) ? code : '';
  };
  // A card could have a place of its own; "all" stood for none.
  const whole = params.get('place') === 'all';
  return {
    q: (params.get('q') ?? '').trim(),
    region: whole ? '' : division('place') || division('region'),
    code: params.get('code') ?? '',
    business_item: params.get('a.item') ?? '',
  };
}

/** The address of the page itself: what it was opened with has become part of the conversation. */
export function pageAddress(region: string): string {
  return region ? `/?region=${region}` : '/';
}
