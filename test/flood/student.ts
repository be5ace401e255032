/** A student who clicks the course's link at nine o'clock, and what the course answers until their notebook is open. */
import { Browser } from '../support/browser.ts';

/** What went wrong for a student, in words; undefined: the notebook is open. */
export type Complaint = string | undefined;

/** Logs in, starts, waits by the page's own stream of events, and opens the server. */
export async function attend(url: string, name: string, password: string): Promise<Complaint> {
  const browser = new Browser(url);
  const form = await browser.get('/hub/login');
  if (form.status !== 200) return `the login page: ${form.status}`;
  const login = await browser.post('/hub/login', {
    username: name,
    password,
    _xsrf: xsrfIn(await form.text()),
  });
  if (login.status !== 303) return `the login: ${login.status}`;

  const home = await browser.get('/hub/home');
  if (home.status !== 200) return `the home page: ${home.status}`;
  const click = await browser.post(`/hub/spawn/${name}`, { _xsrf: xsrfIn(await home.text()) });
  if (click.status !== 303) return `the click on start: ${click.status} ${await click.text()}`;

  const pending = await browser.get(click.headers.get('location')!);
  if (pending.status === 200) {
    const stream = /data-progress="([^"]*)"/.exec(await pending.text())?.[1]?.replaceAll('&amp;', '&');
    if (stream === undefined) return 'the page has no progress to follow';
    const events = await (await browser.fetch(stream)).text();
    // A start that was over before the stream was asked for has none.
    if (!events.includes('"ready":true')) return `the start: ${events}`;
  } else if (pending.status !== 302) return `the page to wait on: ${pending.status}`;

  const server = await browser.get(`/user/${name}/lab`);
  return server.status === 200 ? undefined : `the server: ${server.status}`;
}

function xsrfIn(page: string): string {
  return /name="_xsrf" value="([^"]*)"/.exec(page)?.[1] ?? '';
}
