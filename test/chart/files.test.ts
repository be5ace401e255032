/** `extraFiles`: what the chart keeps in Secrets, and where it appears. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { hasHelm, noHelm } from './helm.ts';
import { Manifests } from './manifests.ts';

if (!hasHelm()) test.skip(`files for pods: ${noHelm}`, () => {});

describe.runIf(hasHelm())('files for pods', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polder-chart-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const made = async (values: object) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, stringify({ polder: { generation: 'current' }, ...values }));
    return await Manifests.of([file]);
  };

  test('those of servers are in a Secret that the hub is told of, each in the form that its name asks for', async () => {
    const picture = Buffer.from([137, 80, 78, 71]);
    const manifests = await made({
      singleuser: {
        extraFiles: {
          text: { mountPath: '/etc/a', data: 'a: text' },
          yaml: { mountPath: '/etc/b.yml', data: { b: [1, 2] } },
          json: { mountPath: '/etc/c.json', data: { c: 3 } },
          toml: { mountPath: '/etc/d.toml', data: { d: { e: 'f' } } },
          written: { mountPath: '/etc/g', stringData: 'g\n' },
          picture: { mountPath: '/etc/h.png', binaryData: `${picture.toString('base64')}\n` },
        },
      },
    });
    const { data } = manifests.find('Secret', 'singleuser');
    const contentOf = (name: string) => Buffer.from(data[name], 'base64').toString();
    expect(contentOf('text')).toBe('a: text');
    expect(parse(contentOf('yaml'))).toEqual({ b: [1, 2] });
    expect(contentOf('json')).toBe('{"c":3}');
    expect(contentOf('toml')).toBe('[d]\n  e = "f"\n');
    expect(contentOf('written')).toBe('g\n');
    expect(data.picture).toBe(picture.toString('base64'));
    const [hub] = manifests.find('Deployment', 'hub').spec.template.spec.containers;
    expect(hub.args).toContain('--files-secret=singleuser');
  });

  test('those of the hub are mounted one by one, with their modes', async () => {
    const extraFiles = { ca: { mountPath: '/etc/ssl/ca.pem', stringData: 'pem', mode: 0o440 } };
    const manifests = await made({ hub: { extraFiles } });
    const { data } = manifests.find('Secret', 'hub');
    expect(atob(data['hub.extraFiles.ca'])).toBe('pem');
    const { containers, volumes } = manifests.find('Deployment', 'hub').spec.template.spec;
    expect(volumes).toContainEqual({
      name: 'files',
      secret: { secretName: 'hub', items: [{ key: 'hub.extraFiles.ca', path: 'ca', mode: 0o440 }] },
    });
    const mount = { name: 'files', mountPath: '/etc/ssl/ca.pem', subPath: 'ca', readOnly: true };
    expect(containers[0].volumeMounts).toContainEqual(mount);
    expect(manifests.find('Secret', 'singleuser')).toBeUndefined();
  });
});
