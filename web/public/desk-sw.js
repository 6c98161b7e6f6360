// Opens the desk without a network. It keeps the page and its files, and nothing that the service answers: guides
// for such days are kept by the page itself, with their date.
const SHELF = 'bangban-desk-1';
const PAGE = '/desk';

/** The files that a page names; those under assets carry their content's hash in their name. */
async function filesOf(response) {
  const text = await response.clone().text();
  return [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]);
}

/** Keeps a page with all its files, and lets go of files that no page names any more. */
async function keep(response) {
  const shelf = await caches.open(SHELF);
  const files = await filesOf(response);
  const missing = [];
  for (const file of files) {
    // Without a hash a file may have changed.
    if (!file.startsWith('/assets/') || !(await shelf.match(file))) missing.push(file);
  }
  await shelf.addAll(missing);
  // Last, so that a page never stands there without its files.
  await shelf.put(PAGE, response);
  for (const request of await shelf.keys()) {
    const path = new URL(request.url).pathname;
    if (path !== PAGE && !files.includes(path)) await shelf.delete(request);
  }
}

async function page(event) {
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(keep(response.clone()).catch(() => {}));
    return response;
  } catch (error) {
    const kept = await (await caches.open(SHELF)).match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

/** What carries a hash never changes; everything else is asked for first. */
async function file(request, path) {
  const shelf = await caches.open(SHELF);
  const kept = await shelf.match(path);
  if (kept && path.startsWith('/assets/')) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener('install', (event) => {
  event.waitUntil(
    fetch(PAGE, { cache: 'no-cache' }).then((response) => {
      if (!response.ok) throw new Error(String(response.status));
      return keep(response);
    }),
  );
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith('bangban-desk-') && name !== SHELF).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api/') || url.pathname === '/readyz') return;
  if (request.mode === 'navigate') {
    if (url.pathname === PAGE || url.pathname === `${PAGE}/`) event.respondWith(page(event));
    return;
  }
  event.respondWith(file(request, url.pathname));
});
