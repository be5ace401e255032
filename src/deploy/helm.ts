/** Helm, which keeps the releases of the chart: the program of that name in PATH. */
import { execFile } from 'node:child_process';
import { HubError } from '../domain/errors.ts';

export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** Folder or package of the chart. */
  readonly chart: string;
  /** Values files, later ones laid over earlier ones. */
  readonly files: readonly string[];
  readonly kubeconfig: string | undefined;
}

/** What a release comes to. */
export interface RenderedRelease {
  /** YAML with several documents; holds secrets. */
  readonly manifest: string;
  readonly version: number;
}

/** What would be installed, with nothing changed. @throws HubError where the chart refuses the values */
export async function renderRelease(release: Release): Promise<RenderedRelease> {
  return readRelease(await upgrade(release, ['--dry-run=server', '--output=json']));
}

/**
 * Installs or changes the release; what it makes may not run yet when this resolves. The chart's hooks are left out: the
 * file has been checked here, and Helm would wait for them without a word. @throws HubError
 */
export async function installRelease(release: Release): Promise<RenderedRelease> {
  return readRelease(await upgrade(release, ['--output=json', '--timeout=10m', '--no-hooks']));
}

export interface InstalledRelease {
  readonly manifest: string;
  /** What the files said then, in YAML; holds secrets. */
  readonly values: string;
}

/** What is installed now; null where nothing is. @throws HubError */
export async function installedRelease(release: Release): Promise<InstalledRelease | null> {
  const manifest = await runHelm(['get', 'manifest', release.name], release);
  if (manifest.code !== 0 && /not found/i.test(manifest.error)) return null;
  if (manifest.code !== 0) throw refusal(manifest.error);
  const values = await runHelm(['get', 'values', release.name, '--output=yaml'], release);
  return { manifest: manifest.out, values: values.code === 0 ? values.out : '' };
}

async function upgrade(release: Release, options: readonly string[]): Promise<string> {
  const files = release.files.flatMap((file) => ['--values', file]);
  const args = ['upgrade', '--install', release.name, release.chart, ...files, ...options];
  const { code, out, error } = await runHelm(args, release);
  if (code !== 0) throw refusal(error);
  return out;
}

function readRelease(json: string): RenderedRelease {
  const { manifest, version } = JSON.parse(json) as RenderedRelease;
  return { manifest, version };
}

/** Helm's own words, without what it says in front of each. */
function refusal(error: string): HubError {
  const words = error
    .split('\n')
    .filter((line) => !line.startsWith('WARNING:'))
    .join('\n')
    .replace(/^Error: /m, '')
    .replace(/^(UPGRADE FAILED|INSTALLATION FAILED): /m, '')
    .trim();
  return new HubError('invalid', `Helm refuses: ${words}`);
}

async function runHelm(
  args: readonly string[],
  { namespace, kubeconfig }: Release,
): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
  const where = ['--namespace', namespace, ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig])];
  return await new Promise((resolve, reject) => {
    execFile('helm', [...args, ...where], { maxBuffer: 64 * 1024 ** 2 }, (failure, out, error) => {
      if (failure?.code === 'ENOENT') {
        const words =
          'There is no helm in PATH, which installs the chart. Get it from https://helm.sh/docs/intro/install/ and try again.';
        reject(new HubError('conflict', words, { cause: failure }));
      } else {
        resolve({
          code: failure === null ? 0 : typeof failure.code === 'number' ? failure.code : 1,
          out,
          error,
        });
      }
    });
  });
}
