/** A template deployed: begun once, and followed by whoever comes, to its end. */
import { createHash } from 'node:crypto';
import { HubError } from '../../domain/errors.ts';
import { abortableDelay } from '../../lib/abortable-delay.ts';
import { describeAzureError } from './refusal.ts';
import type { ResourceManager, ResourceStep, TemplateToDeploy } from './resource-manager.ts';
import { nounOf } from './what-if.ts';

export interface DeploymentOptions {
  readonly group: string;
  readonly say: (line: string) => void;
  readonly now: () => number;
}

/** How long there may be no connection until we give up; Azure goes on all the same. */
const PATIENCE_MS = 10 * 60_000;
const REPORT_MS = 60_000;

/** The same for the same template: so that who says a command again finds what the first one began. */
export function deploymentName({ template }: Pick<TemplateToDeploy, 'template'>): string {
  return `polder-${createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 16)}`;
}

/**
 * Begins a deployment, or goes on with one of the same content that runs already; what else of ours runs in the group ends
 * first. @throws HubError where it fails, with what is wrong with each resource
 */
export async function deployTemplate(
  manager: ResourceManager,
  content: TemplateToDeploy,
  options: DeploymentOptions,
): Promise<void> {
  const { group, say } = options;
  const name = deploymentName(content);
  const running = (await manager.deploymentsIn(group)).filter(
    (one) => one.isRunning && one.name.startsWith('polder-'),
  );
  for (const other of running.filter((one) => one.name !== name)) {
    say(`An earlier deployment is still under way (${other.name}): waiting for its end.`);
    await followDeployment(manager, other.name, { ...options, total: null }).catch((error: unknown) =>
      say(`It failed: ${error instanceof Error ? error.message : error}`),
    );
  }
  if (running.some((one) => one.name === name)) {
    say('This deployment is under way already: going on with it.');
  } else {
    await manager.beginDeployment(group, name, content);
    say(`Azure has begun (${name}). Ctrl-C ends only this report: say the same command again to go on.`);
  }
  await followDeployment(manager, name, { ...options, total: content.template.resources });
}

async function followDeployment(
  manager: ResourceManager,
  name: string,
  {
    group,
    say,
    now,
    total,
  }: DeploymentOptions & { readonly total: TemplateToDeploy['template']['resources'] | null },
): Promise<void> {
  const told = new Set<string>();
  const began = now();
  let answered = began;
  let reported = began;
  for (;;) {
    try {
      const state = await manager.deployment(group, name);
      const steps = await manager.stepsOf(group, name);
      if (answered < now() - REPORT_MS) say('The connection is back.');
      answered = now();
      for (const step of steps) {
        if (step.state !== 'Succeeded' || told.has(step.id)) continue;
        told.add(step.id);
        say(`✓ ${nounOf(step.type)} ${step.name}`);
      }
      if (state === null) throw new HubError('not_found', `The deployment ${name} is gone.`);
      if (!state.isRunning) {
        if (state.state === 'Succeeded') return;
        throw failureOf(state.state, { steps, error: state.error });
      }
      if (total !== null && now() - reported >= REPORT_MS) {
        reported = now();
        say(progressOf(steps, { total, minutes: Math.round((now() - began) / 60_000) }));
      }
    } catch (error) {
      if (!(error instanceof HubError) || !['unavailable', 'too_many'].includes(error.code)) throw error;
      if (now() - answered > PATIENCE_MS) throw error;
      say(`${error.message} Azure goes on by itself; asking again.`);
    }
    await abortableDelay(manager.pauseMs);
  }
}

function failureOf(
  state: string,
  {
    steps,
    error,
  }: {
    readonly steps: readonly ResourceStep[];
    readonly error: Parameters<typeof describeAzureError>[0] | null;
  },
): HubError {
  if (state === 'Canceled') {
    return new HubError(
      'conflict',
      'Somebody has cancelled the deployment. Say the same command again to go on.',
    );
  }
  const failed = steps.filter((step) => step.state === 'Failed');
  const words = failed.map(
    (step) =>
      `✗ ${nounOf(step.type)} ${step.name}: ${describeAzureError(step.error ?? { code: 'without a reason' })}`,
  );
  const all = words.length > 0 ? words : [describeAzureError(error ?? { code: 'without a reason' })];
  return new HubError(
    'conflict',
    [
      ...all,
      'What was made stays. Mend the reason and say the same command again: it goes on from there.',
    ].join('\n'),
  );
}

function progressOf(
  steps: readonly ResourceStep[],
  { total, minutes }: { readonly total: TemplateToDeploy['template']['resources']; readonly minutes: number },
): string {
  const done = steps.filter(({ state }) => state === 'Succeeded').length;
  const waiting = steps.filter(({ state }) => state !== 'Succeeded').map(({ type }) => nounOf(type));
  const whole = Math.max(...total.map(({ type }) => MINUTES[type] ?? 1));
  return `${done} of ${total.length} after ${minutes} min (often about ${whole} min in all)${
    waiting.length > 0 ? `; under way: ${[...new Set(waiting)].join(', ')}` : ''
  }.`;
}

/** What the slow ones usually take; they are made side by side. A guess for whoever waits, nothing rests on it. */
const MINUTES: Readonly<Record<string, number>> = {
  'Microsoft.ContainerService/managedClusters': 6,
  'Microsoft.DBforPostgreSQL/flexibleServers': 8,
};
