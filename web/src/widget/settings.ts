/** How a site has set up the widget, as its script element says. */
export interface Settings {
  /** Where the service is, without a slash at the end. */
  url: string;
  /** Address of the folder that the script came from. */
  folder: string;
  site: string;
  /** Division code; empty for none. */
  region: string;
  /** A button in the corner, or the conversation itself in the page. */
  mode: 'bubble' | 'page';
  /** Characters; `null` where the visitor's browser decides. */
  script: 'hans' | 'hant' | null;
  side: 'left' | 'right';
  /** Text beside the button; empty for the button alone. */
  label: string;
  /** Element that holds the widget, and a link for as long as that is not there. */
  mount: string;
  /** Whether the conversation is forgotten with the tab, as on a computer in a hall. */
  inThisTab: boolean;
}

/** Path of the script below the service. */
const PATH = /\/widget\/v1\/[^/]*$/;

const DIVISION = /^\d{6}(\d{3}){0,2}$/;

/** Reads the script element; `null` where it does not say which site it stands on, or comes from elsewhere. */
export function readSettings(src: string, data: Readonly<Record<string, string | undefined>>): Settings | null {
  const site = data.site ?? '';
  let address: URL;
  try {
    address = new URL(src);
  } catch {
    return null;
  }
  if (!/^[\w-]{1,64}$/.test(site) || !PATH.test(address.pathname)) return null;
  const region = data.region ?? '';
  const locale = data.locale ?? '';
  return {
    url: address.origin + address.pathname.replace(PATH, ''),
    folder: address.origin + address.pathname.replace(/[^/]*$/, ''),
    site,
    region: DIVISION.test(region) ? region : '',
    mode: data.mode === 'page' ? 'page' : 'bubble',
    script: isTraditional(locale) ? 'hant' : /^zh\b/i.test(locale) ? 'hans' : null,
    side: data.position === 'left' ? 'left' : 'right',
    label: data.label ?? '',
    mount: data.mount ?? '',
    inThisTab: data.keep === 'tab',
  };
}

/** Whether a language's tag names Traditional characters. */
export function isTraditional(locale: string): boolean {
  return /^zh-(hant|tw|hk|mo)\b/i.test(locale);
}
