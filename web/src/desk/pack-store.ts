import type { Kept } from './pack';

const BASE = 'bangban-desk';
const SHELF = 'packs';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(BASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF, { keyPath: 'pack.region.code' });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error(BASE));
  });
}

async function act<T>(mode: IDBTransactionMode, run: (shelf: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const base = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const step = base.transaction(SHELF, mode);
      const asked = run(step.objectStore(SHELF));
      // What was written counts once the step is through, not when it was asked for.
      step.oncomplete = () => resolve(asked.result);
      step.onerror = () => reject(step.error ?? new Error(SHELF));
      step.onabort = () => reject(step.error ?? new Error(SHELF));
    });
  } finally {
    base.close();
  }
}

/** The packs that this browser keeps; none where it keeps nothing at all. */
export async function keptPacks(): Promise<Kept[]> {
  try {
    return await act('readonly', (shelf) => shelf.getAll() as IDBRequest<Kept[]>);
  } catch {
    return [];
  }
}

/** Keeps a pack in place of that place's earlier one; fails where the browser has no room. */
export async function keepPack(kept: Kept): Promise<void> {
  await act('readwrite', (shelf) => shelf.put(kept));
  // Asked for without fail, so that the browser doesn't clear it away to make room.
  await navigator.storage?.persist?.().catch(() => false);
}

export async function dropPack(region: string): Promise<void> {
  await act('readwrite', (shelf) => shelf.delete(region));
}

/** Puts the page itself where it can be opened without a network; `false` where the browser can't. */
export async function installShell(): Promise<boolean> {
  if (!('serviceWorker' in navigator)) return false;
  try {
    await navigator.serviceWorker.register('/desk-sw.js', { scope: '/desk' });
    return true;
  } catch {
    return false;
  }
}
