import { expect, it } from 'vitest';
import { startHub } from '../../../test/support/hub.ts';

it('GET /hub/api/ tells anyone the version', async () => {
  await using hub = await startHub();
  const response = await hub.api('GET', '/');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ version: '6.1.1' });
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('x-jupyterhub-version')).toBe('6.1.1');
});
