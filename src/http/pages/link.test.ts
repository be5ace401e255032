import { describe, expect, it } from 'vitest';
import { show } from '../../../test/pages/shown.ts';
import { startHub } from '../../../test/support/hub.ts';
import { courseLink } from './course-link.ts';

const site = { baseUrl: '/c/' };

describe('a link for everybody', () => {
  it.each([
    ['notebooks/01 wave & tide.ipynb', 'lab/tree/notebooks/01%20wave%20%26%20tide.ipynb'],
    ['/a//./b.ipynb', 'lab/tree/a/b.ipynb'],
    ['https://hub.example/c/user/anna/lab/tree/a%20b.ipynb?x=1#Part-2', 'lab/tree/a%20b.ipynb?x=1#Part-2'],
    ['https://hub.example/c/user/anna/lab/workspaces/auto-x/tree/a.ipynb', 'lab/tree/a.ipynb'],
    ['/c/user/anna/notebooks/a.ipynb', 'notebooks/a.ipynb'],
    ['https://hub.example/c/hub/user-redirect/lab?x', 'lab?x'],
  ])('%s', (place, rest) => {
    expect(courseLink({ place }, site)).toBe(`/c/hub/user-redirect/${rest}`);
  });

  it.each(['https://elsewhere.example/a.ipynb', 'https://hub.example/c/user/anna', 'http://'])(
    'cannot be made of %s',
    (place) => {
      expect(courseLink({ place }, site)).toBeUndefined();
    },
  );

  it('fetches a repository first, in whose folder its path begins', () => {
    const made = (place: string, repository = 'https://git.example/u/course.git') =>
      courseLink({ place, repository, branch: 'main' }, site);
    const link = (urlpath: string) =>
      `/c/hub/user-redirect/git-pull?${new URLSearchParams({ repo: 'https://git.example/u/course.git', branch: 'main', urlpath })}`;
    expect(made('a.ipynb')).toBe(link('lab/tree/course/a.ipynb'));
    expect(made('course/a.ipynb')).toBe(link('lab/tree/course/a.ipynb'));
    expect(made('course-2/a.ipynb')).toBe(link('lab/tree/course/course-2/a.ipynb'));
    expect(made('a.ipynb', 'javascript:alert(1)')).toBeUndefined();
  });
});

describe('GET /hub/link', () => {
  it('makes the link, with a code, and shows it large', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    expect((await show(browser, '/hub/home')).links.get('Make a link')).toBe('/hub/link');
    const page = await show(browser, '/hub/link?place=a.ipynb');
    const url = `${hub.url}/hub/user-redirect/lab/tree/a.ipynb`;
    expect(page.markup).toContain(`data-copy="${url}"`);
    expect(page.markup).toContain('<svg class="qr"');
    const large = await show(browser, page.links.get('Show it large')!.replaceAll('&amp;', '&'));
    expect(large.text).toContain(url);
    expect(large.forms.every(({ button }) => button !== 'Make the link')).toBe(true);
  });

  it('says why none can be made, and has none for what is too long for a code', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const refused = await show(browser, '/hub/link?place=https://elsewhere.example/');
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('No link can be made of that.');
    const long = await show(browser, `/hub/link?place=${'a'.repeat(2_400)}`);
    expect(long.text).toContain('too long for a QR code');
  });

  it('is for those who are logged in', async () => {
    await using hub = await startHub();
    expect((await (await hub.browser()).get('/hub/link')).status).toBe(302);
  });
});
