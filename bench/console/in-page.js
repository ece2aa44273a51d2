// Runs in the page that is measured, before everything else: watches when its content is there, and tells what it took.

const stableMs = 500;
let since = null;

function isThere() {
  const heading = document.querySelector('main h1');
  const busy = document.querySelector('.mantine-Loader-root, .mantine-Skeleton-root, [aria-busy="true"]');
  return heading !== null && heading.getClientRects().length > 0 && busy === null;
}

function look() {
  since = isThere() ? (since ?? performance.now()) : null;
  if (since === null || performance.now() - since < stableMs) requestAnimationFrame(look);
  else globalThis.tellSeen(seenSince(since));
}

function seenSince(contentMs) {
  const requests = performance.getEntriesByType('resource');
  const asked = requests.filter(({ initiatorType }) => initiatorType === 'fetch');
  const links = [...document.querySelectorAll('main a[href]')].map((link) => link.getAttribute('href'));
  const below = location.pathname === '/' ? null : `${location.pathname}/`;
  return {
    contentMs,
    quietMs: Math.max(...requests.map(({ responseEnd }) => responseEnd)),
    answers: asked.map(({ name, duration }) => ({ path: name.slice(location.origin.length), ms: duration })),
    detail: links.find((href) => below !== null && href.startsWith(below)) ?? null,
  };
}

requestAnimationFrame(look);
