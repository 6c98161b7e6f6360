/** What a browser that understands speech offers, as far as it is used. */
interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: ((event: { results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
}

/** Where the browser's own service can't be reached, as in a closed network, another try would not help. */
const NEVER = ['network', 'service-not-allowed', 'not-allowed', 'language-not-supported'];

let given = true;

function maker(): (new () => Recognition) | null {
  if (typeof window === 'undefined' || !window.isSecureContext || !given) return null;
  return (window as unknown as { webkitSpeechRecognition?: new () => Recognition }).webkitSpeechRecognition ?? null;
}

/** Whether the browser understands speech; it asks the visitor before it listens. */
export function canListen(): boolean {
  return maker() !== null;
}

/** Whoever is told what was heard. */
export interface Writer {
  /** All that was heard so far. */
  heard(text: string): void;
  ended(failed: boolean): void;
}

/** Listens to one sentence; gives what stops it, or `null` where it can't. */
export function listen(writer: Writer): (() => void) | null {
  const Maker = maker();
  if (!Maker) return null;
  const hearing = new Maker();
  hearing.lang = 'zh-CN';
  hearing.interimResults = true;
  let failed = false;
  hearing.onresult = ({ results }) => writer.heard(Array.from(results, (one) => one[0]?.transcript ?? '').join(''));
  hearing.onerror = ({ error }) => {
    failed = error !== 'aborted';
    if (NEVER.includes(error)) given = false;
  };
  hearing.onend = () => writer.ended(failed);
  try {
    hearing.start();
  } catch {
    return null;
  }
  return () => hearing.stop();
}
