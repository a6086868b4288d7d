/**
 * The page's service worker. The page opens in its newest version; without a network, or while the room's page is throttled,
 * in the version that was opened last. The room's messages are never kept.
 */
declare const self: ServiceWorkerGlobalScope;

const shell = 'shell';

/** Milliseconds that the network has before the kept page is used. */
const patience = 3000;

/** Milliseconds that the network has before another kept file is used. */
const patienceOfFiles = 10_000;

self.addEventListener('install', (event) => {
  event.waitUntil(refresh().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page());
  else if (pathname.includes('/assets/')) event.respondWith(asset(request));
  // A presigned address has a query. A local room has its bucket at the page's origin.
  else if (search === '') event.respondWith(newest(request));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(showPage());
});

/** A kept asset is never out of date, because its name contains a hash of its content. */
async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(shell);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function page(): Promise<Response> {
  const kept = await (await caches.open(shell)).match('./');
  const fresh = refresh();
  if (!kept) return fresh;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), patience));
  const usable = fresh.then(
    (response) => (response.ok ? response : kept),
    () => kept,
  );
  return Promise.race([usable, late]);
}

/** Reads the page from the network, and keeps it with its assets in place of earlier ones. */
async function refresh(): Promise<Response> {
  const response = await fetch('./', { cache: 'no-cache' });
  if (!response.ok) return response;
  const cache = await caches.open(shell);
  const html = await response.clone().text();
  const assets = [...html.matchAll(/"(assets\/[^"]+)"/g)].map(
    ([, path = '']) => new URL(path, self.location.href).href,
  );
  const kept = (await cache.keys()).map(({ url }) => url).filter((url) => url.includes('/assets/'));
  await cache.addAll(assets.filter((url) => !kept.includes(url)));
  await cache.put('./', response.clone());
  if (assets.some((url) => !kept.includes(url))) {
    await Promise.all(kept.filter((url) => !assets.includes(url)).map((url) => cache.delete(url)));
  }
  return response;
}

/** The other files of the page, such as its icons and the room's address. */
async function newest(request: Request): Promise<Response> {
  const cache = await caches.open(shell);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(patienceOfFiles) });
    if (response.ok) await cache.put(request, response.clone());
    return response.ok ? response : ((await cache.match(request)) ?? response);
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

async function showPage(): Promise<void> {
  const [open] = await self.clients.matchAll({ type: 'window' });
  if (open) await open.focus();
  else await self.clients.openWindow('./');
}

export {};
