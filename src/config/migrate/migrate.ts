import { isDeepStrictEqual } from 'node:util';
import { isMap, parseDocument } from 'yaml';
import { changesFor, defaultAt } from '../defaults.ts';
import { type Finding, findingAt } from '../finding.ts';
import { type Generation, isUpTo, nameOfChart } from '../generations.ts';
import { authenticatorSection } from '../legacy/authenticators.ts';
import { LEGACY_RULES } from '../legacy/rules.ts';
import { RENAMED_TRAITS } from '../legacy/traits.ts';
import { checkText, type LoadOptions } from '../load.ts';
import { untab } from '../parse/tabs.ts';
import { readLogin } from '../settings/login.ts';
import { nodeAt, type Tree } from '../tree.ts';
import { EditableDocument } from './editable-document.ts';

export interface Migrated {
  /** The file in today's schema; undefined where it could not be read, or not be carried over whole. */
  readonly text: string | undefined;
  /** What is to be said about the file as it was. */
  readonly findings: readonly Finding[];
}

/**
 * The file in the names of today's chart, with its comments, meaning the same there: defaults that have changed since are
 * written out. The result is read again and held against the original before it is given out.
 */
export function migrateText(
  text: string,
  file: string,
  options: { readonly generation?: Generation | null | undefined } = {},
): Migrated {
  const before = readLeniently(text, file, options);
  const { findings, generation, lifted } = before;
  const has = (code: string) => findings.some((finding) => finding.code === code);
  if (!before.complete || has('duplicate-key') || has('several-documents'))
    return { text: undefined, findings };

  const readable = has('tab-indent') ? (untab(text, file)?.text ?? text) : text;
  const yaml = parseDocument(readable.replace(/^\uFEFF/, ''), { schema: 'failsafe', uniqueKeys: false });
  if (!isMap(yaml.contents)) return { text: readable, findings };
  const document = new EditableDocument(yaml);
  for (const rule of [...LEGACY_RULES, ...RENAMED_TRAITS]) document.apply(rule, before.tree);
  // What no chart knows may be about who is let in: it is not for us to leave it out.
  if (document.has(['auth'])) return { text: undefined, findings: [...findings, describeRest(before.tree)] };
  document.remove(['auth']);
  document.set(['polder', 'generation'], 'current');
  writeOutDefaults(document, before);

  const migrated = document.toString();
  const after = readLeniently(migrated, file, {});
  const same = isDeepStrictEqual(comparable(before.values), comparable(after.values));
  if (same) return { text: migrated, findings };
  return { text: undefined, findings: [...findings, describeDifference(lifted, generation)] };
}

type Read = ReturnType<typeof checkText>;

/** With values even where some have the wrong form: these are carried over as they are, and the rest is held against them. */
function readLeniently(text: string, file: string, options: LoadOptions): Read {
  const read = checkText(text, file, options);
  if (!read.complete || read.values !== undefined) return read;
  const wrong = read.findings.filter(({ severity }) => severity === 'error');
  const accept = wrong.map(({ code, path }) => `${code}@${path}`);
  return { ...read, values: checkText(text, file, { ...options, accept }).values };
}

/** What the old chart did without being asked and today's does not, and the other way round. */
function writeOutDefaults(document: EditableDocument, read: Read): void {
  const { generation, lifted, values } = read;
  const changes = changesFor(generation).filter(
    ({ key, value }) =>
      nodeAt(lifted, key.split('.')) === undefined &&
      !isDeepStrictEqual(defaultAt('current', key), value) &&
      // Beside another type of storage these would only be in the way.
      (values?.singleuser?.storage?.type === 'dynamic' || !key.startsWith('singleuser.storage.dynamic.')),
  );
  const because = `the default of ${nameOfChart(generation)}; without this line today's counts`;
  for (const { key, value } of changes) {
    // Without hosts, the first charts did nothing about https, and neither does today's by default.
    if (key !== 'proxy.https.enabled' || hasHosts(values)) document.set(key.split('.'), value, because);
  }
  if (isUpTo(generation, '0.9') && values?.proxy?.https?.enabled === true && !hasHosts(values))
    document.remove(['proxy', 'https', 'enabled']);
  const config = values?.hub?.config;
  const section = authenticatorSection(config?.JupyterHub?.authenticator_class ?? 'dummy');
  writeOutService(document, read, { section, because });
  const { allow_all, allowed_users } = config?.Authenticator ?? {};
  const isOpen = allow_all === undefined && (allowed_users ?? []).length === 0;
  const isRestricted = restricts(nodeAt(lifted, ['hub', 'config', section]));
  if (isUpTo(generation, '2') && isOpen && !isRestricted && !ALWAYS_THE_SAME.includes(section)) {
    document.set(['hub', 'config', 'Authenticator', 'allow_all'], true, because);
  }
}

/** Of a login at another place: until OAuthenticator 16 it was stricter, and proved who the hub is in another way. */
function writeOutService(
  document: EditableDocument,
  { values, generation }: Read,
  { section, because }: { readonly section: string; readonly because: string },
): void {
  if (values === undefined || !isUpTo(generation, '2')) return;
  const { login } = readLogin(values, generation);
  if (login.combine === 'all' && values.polder?.letIn === undefined)
    document.set(['polder', 'letIn'], 'all', because);
  const said =
    values.hub?.config?.GenericOAuthenticator?.basic_auth ?? values.hub?.config?.OAuthenticator?.basic_auth;
  if (login.service?.basicAuth && said === undefined)
    document.set(['hub', 'config', section, 'basic_auth'], true, because);
}

/** Whether a way to log in has a rule of its own for who is let in: groups, organizations, domains. */
function restricts(section: Tree | undefined): boolean {
  if (section?.kind !== 'map') return false;
  return [...section.entries.keys()].some((trait) =>
    /allow|whitelist|domain|group|team|org|tenant/.test(trait),
  );
}

/** They let in the same people in every generation. */
const ALWAYS_THE_SAME = ['DummyAuthenticator', 'SharedPasswordAuthenticator'];

function hasHosts(values: Read['values']): boolean {
  return (values?.proxy?.https?.hosts ?? []).length > 0;
}

/** What both mean, without what only says which chart it was written for. */
function comparable(values: Read['values']): unknown {
  if (values === undefined) return null;
  const { polder, proxy, hub, ...rest } = values;
  const { generation: _, letIn: ____, ...own } = polder ?? {};
  const hosts = proxy?.https?.hosts ?? [];
  const https = hosts.length === 0 ? { ...proxy?.https, enabled: null } : proxy?.https;
  const { storage } = rest.singleuser ?? {};
  const { dynamic: ___, ...otherStorage } = storage ?? {};
  const singleuser = {
    ...rest.singleuser,
    storage: storage?.type === 'dynamic' ? storage : otherStorage,
  };
  const { allow_all: __, ...authenticator } = hub?.config?.Authenticator ?? {};
  const { GenericOAuthenticator: { basic_auth: _____, ...generic } = {} } = hub?.config ?? {};
  const config = { ...hub?.config, Authenticator: authenticator, GenericOAuthenticator: generic };
  return structuredClone({
    ...rest,
    singleuser,
    hub: { ...hub, config },
    proxy: { ...proxy, https },
    polder: own,
  });
}

function describeRest(file: Read['tree']): Finding {
  return findingAt(nodeAt(file, ['auth']) ?? null, {
    code: 'not-migrated',
    severity: 'error',
    message: 'There is something below `auth` that no chart knows, or that is empty.',
    help: 'Mend it or take it out, then try again: `polder check` names it.',
  });
}

function describeDifference(lifted: Read['lifted'], generation: Generation): Finding {
  return findingAt(lifted, {
    code: 'not-migrated',
    severity: 'error',
    message: `The file could not be carried over whole from ${nameOfChart(generation)}.`,
    help: 'Write out its aliases (`*name`, `<<`) and take out values that are not used, then try again.',
  });
}
