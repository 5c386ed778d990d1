// The desk works without this script: every button is a form. With it the page stays where it is and follows what happens.
const toast = document.getElementById('toast');
const shown = new Map();
let quiet;

function say(message, href) {
  clearTimeout(quiet);
  toast.textContent = message;
  if (href) {
    const link = Object.assign(document.createElement('a'), { href, target: '_blank', textContent: 'Open it' });
    toast.append(' ', link);
  }
  quiet = setTimeout(() => toast.replaceChildren(), 9000);
}

/** Replaces the regions that changed, and gives the focus back to the same element. */
async function refresh() {
  const response = await fetch(`/live${location.search}`);
  if (!response.ok) return;
  for (const [name, markup] of Object.entries(await response.json())) {
    const region = document.getElementById(name);
    if (region === null || shown.get(name) === markup) continue;
    const focused = region.contains(document.activeElement) ? document.activeElement.id : '';
    region.innerHTML = markup;
    shown.set(name, markup);
    if (focused !== '') document.getElementById(focused)?.focus();
  }
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (form.method !== 'post') return;
  event.preventDefault();
  const { submitter } = event;
  // aria-disabled keeps the focus, which disabled would drop.
  if (submitter.getAttribute('aria-disabled') === 'true') return;
  submitter.setAttribute('aria-disabled', 'true');
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(new FormData(form)),
    });
    const answer = await response.json();
    say(answer.message ?? answer.error?.message ?? 'It did not work.', answer.href);
  } catch {
    say('The desk does not answer. Is npm run dev still running?');
  }
  submitter.removeAttribute('aria-disabled');
  await refresh().catch(() => undefined);
});

document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[data-copy]');
  if (link === null) return;
  event.preventDefault();
  try {
    const token = await (await fetch(link.href)).text();
    await navigator.clipboard.writeText(token);
    say('The token is on the clipboard. It is good for twelve hours.');
  } catch {
    location.href = link.href;
  }
});

for (const filter of document.querySelectorAll('.filters input')) {
  filter.addEventListener('change', () => {
    const query = new URLSearchParams(location.search);
    query.set('kind', filter.value);
    history.replaceState(null, '', `?${query}`);
    refresh().catch(() => undefined);
  });
}
document.getElementById('organization').addEventListener('change', (event) => event.target.form.submit());
for (const button of document.querySelectorAll('[data-without-script]')) button.remove();

(async function follow() {
  if (!document.hidden) await refresh().catch(() => undefined);
  setTimeout(follow, 1000);
})();
