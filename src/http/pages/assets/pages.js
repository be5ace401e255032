/**
 * What pages do beyond forms and links. Everything on them works without this script; texts come with the page.
 */

/** How long to wait before looking again when nothing tells us that something has changed. */
const LOOK_AGAIN_MS = 2_000;

/* Times: kept up to date, with the reader's own clock time for whoever points at them. */

const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'auto' });
const units = /** @type {const} */ ([
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]);

/** @param {Date} at */
function relativeTime(at) {
  const seconds = Math.round((at.getTime() - Date.now()) / 1000);
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units[3];
  return relative.format(Math.trunc(seconds / size), unit);
}

function showTimes() {
  for (const time of document.querySelectorAll('time[data-relative]')) {
    const at = new Date(time.dateTime);
    const text = relativeTime(at);
    if (time.textContent !== text) time.textContent = text;
    if (!time.dataset.local) {
      time.dataset.local = 'shown';
      time.title = at.toLocaleString();
    }
  }
}

/** Spans of time as the reader's own clock shows them; the page names the zone of the course. */
function showSpans() {
  for (const time of document.querySelectorAll('time[data-until]')) {
    const language = document.documentElement.lang;
    const format = new Intl.DateTimeFormat(language === 'en' ? readersEnglish() : language, {
      weekday: 'short',
      day: 'numeric',
      month: 'long',
      hour: '2-digit',
      minute: '2-digit',
    });
    const text = format.formatRange(new Date(time.dateTime), new Date(time.dataset.until));
    if (time.textContent !== text) time.textContent = text;
  }
}

/** Whether clocks have 12 or 24 hours is the reader's own choice too. */
function readersEnglish() {
  return navigator.languages.find((language) => language.startsWith('en-')) ?? 'en-GB';
}

/* The page as the hub would render it now, put in place without losing focus or what is open. */

let refreshing = false;
let leaving = false;

async function refresh() {
  if (refreshing || leaving) return;
  refreshing = true;
  try {
    const response = await fetch(location.href, { redirect: 'manual', headers: { accept: 'text/html' } });
    // The hub sends us elsewhere: into the server, or to the login.
    if (response.type === 'opaqueredirect') return leave(location.href);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const fresh = page.querySelector('main');
    if (!fresh) throw new Error('not one of our pages');
    if (!isBusyWith(document.querySelector('main'))) {
      document.title = page.title;
      morph(document.querySelector('main'), fresh);
      setUp();
    }
  } catch {
    showLost();
  } finally {
    refreshing = false;
    scheduleRefresh();
  }
}

/** Goes on to `url`, once, without a step in the browser's history: a second call would break off the first. */
function leave(url) {
  if (leaving) return;
  leaving = true;
  const to = withFragment(url);
  // To the same address with a fragment, a browser would only scroll.
  if (to === location.href) location.reload();
  else location.replace(to);
}

/** The part of a link that browsers send to nobody (a heading in a notebook) goes along all the way. */
function withFragment(url) {
  return url.includes('#') ? url : `${url}${location.hash}`;
}

/** Forms and links that lead on to `next` end there with the fragment too. */
function keepFragment() {
  if (location.hash.length < 2) return;
  for (const input of document.querySelectorAll('input[name=next]')) input.value = withFragment(input.value);
  for (const link of document.querySelectorAll('a[href*="next="]')) {
    const url = new URL(link.href);
    url.searchParams.set('next', withFragment(url.searchParams.get('next')));
    link.href = url.href;
  }
}

/** Somebody is answering a question or writing: what they have before them stays. */
function isBusyWith(main) {
  return main.querySelector(':popover-open, input:not([type=hidden]):focus, select:focus') !== null;
}

/** Makes `element` what `fresh` is, changing only what differs. */
function morph(element, fresh) {
  for (const { name } of [...element.attributes]) {
    if (!fresh.hasAttribute(name) && !isReaders(name)) element.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (element.getAttribute(name) !== value && !isReaders(name)) element.setAttribute(name, value);
  }
  const wanted = [...fresh.childNodes];
  for (const [index, node] of wanted.entries()) {
    const present = element.childNodes[index];
    if (!present) element.append(node);
    else if (present.nodeName !== node.nodeName) present.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) morph(present, node);
    else if (present.nodeValue !== node.nodeValue) present.nodeValue = node.nodeValue;
  }
  while (element.childNodes.length > wanted.length) element.lastChild.remove();
}

/** Attributes that say what the reader did, not what the hub knows. */
function isReaders(attribute) {
  return ['open', 'hidden', 'aria-busy', 'data-local', 'data-sent'].includes(attribute);
}

function showLost() {
  const section = document.querySelector('[data-lost]');
  const message = section?.querySelector('[data-message]');
  if (message) message.textContent = section.dataset.lost;
}

let timer;

/** Pages on which something is under way say how often to look; a start is looked at when its stream is interrupted. */
function scheduleRefresh() {
  clearTimeout(timer);
  const seconds = Number(document.querySelector('main').dataset.refresh ?? 0);
  const interrupted = document.querySelector('[data-progress]') && stream?.readyState !== EventSource.OPEN;
  if (seconds > 0) timer = setTimeout(refresh, seconds * 1000);
  else if (interrupted) timer = setTimeout(refresh, LOOK_AGAIN_MS);
}

/* A start: the API's event stream says when there is something new. */

let stream;

function followProgress() {
  const section = document.querySelector('[data-progress]');
  if (!section) return stream?.close();
  const url = new URL(section.dataset.progress, location.href).href;
  if (stream?.url === url && stream.readyState !== EventSource.CLOSED) return;
  stream?.close();
  stream = new EventSource(url);
  stream.onopen = scheduleRefresh;
  stream.onerror = scheduleRefresh;
  stream.onmessage = ({ data }) => {
    const { ready, failed, full, message } = JSON.parse(data);
    const shown = document.querySelector('[data-progress]').dataset;
    if (ready) leave(shown.ready);
    // A class that waits would ask for as many pages whenever one of them has started.
    else if (full !== undefined && shown.full === String(full))
      document.querySelector('[data-message]').textContent = message;
    else refresh();
    if (ready || failed) stream.close();
  };
}

/** A page that a link led to, and that means to start: sends its form, without a step in the browser's history. */
async function sendStart() {
  const form = document.querySelector('form[data-start]');
  if (!form) return;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(
    () => undefined,
  );
  // The hub leads on where it has done as asked. Where not, the browser shows what it says.
  if (answer?.type === 'opaqueredirect') leave(form.dataset.start);
  else form.submit();
}

/* Buttons */

/** A form that was sent is not sent again by a second click. */
function sendOnce(event) {
  const form = event.target;
  if (form.method !== 'post') return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'true';
  event.submitter?.setAttribute('aria-busy', 'true');
}

/** The browser shows a page from its memory: what was sent from it then may be sent again. */
function forgetSent() {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    form.querySelector('[aria-busy]')?.removeAttribute('aria-busy');
  }
}

function togglePassword(button) {
  const input = document.getElementById(button.dataset.showPassword);
  const shown = input.type === 'text';
  input.type = shown ? 'password' : 'text';
  button.firstElementChild.textContent = shown ? button.dataset.show : button.dataset.hide;
  input.focus();
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    copyBySelection(button.dataset.copy);
  }
  const label = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => {
    button.textContent = label;
  }, 2_000);
}

/** Without TLS browsers have no clipboard for scripts. */
function copyBySelection(text) {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'for-readers';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** Light or dark, at once; the answer to the form, which nobody needs to see, is a cookie. */
function chooseLook(event) {
  const { form, name, value } = event.submitter ?? {};
  if (form?.dataset.reading === undefined || name !== 'look') return;
  event.preventDefault();
  document.documentElement.dataset.look = value;
  document.querySelector('meta[name=color-scheme]').content = value === 'auto' ? 'light dark' : value;
  for (const button of form.querySelectorAll('button[name=look]')) {
    button.setAttribute('aria-pressed', String(button.value === value));
  }
  showLogos(value);
  fetch(`${form.action}?look=${value}`, { redirect: 'manual' });
}

/** A logo for dark pages is chosen by the device, where the reader has not chosen. */
function showLogos(look) {
  for (const source of document.querySelectorAll('source[data-look]')) {
    source.media = look === 'auto' ? '(prefers-color-scheme: dark)' : look === 'dark' ? 'all' : 'not all';
  }
}

function click(event) {
  const button = event.target.closest?.('button');
  if (button?.dataset.showPassword) togglePassword(button);
  else if (button?.dataset.copied) copy(button);
}

/** Also after the page has changed in place. */
function setUp() {
  for (const button of document.querySelectorAll('button[data-show-password], button[data-copied]')) {
    button.hidden = false;
  }
  showTimes();
  showSpans();
  keepFragment();
  followProgress();
}

document.addEventListener('click', click);
document.addEventListener('submit', sendOnce);
document.addEventListener('submit', chooseLook);
setInterval(showTimes, 1_000);
showTimes();

// Not before the page is loaded: what leads away from it would break off its loading.
addEventListener('pageshow', ({ persisted }) => {
  leaving = false;
  forgetSent();
  setUp();
  scheduleRefresh();
  if (!persisted) sendStart();
});
