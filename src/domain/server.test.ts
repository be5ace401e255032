import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { HubError } from './errors.ts';
import {
  type Failure,
  type HookResult,
  isActive,
  isSettled,
  isToRemove,
  pendingOperation,
  type Server,
  type ServerEvent,
  serverNameProblem,
  transition,
} from './server.ts';

const at = (second: number) => new Date(1_800_000_000_000 + second * 1_000);

const failure: Failure = { id: 'f1', at: at(0), reason: 'it broke', hint: null, log: 'last words' };
const hook: HookResult = { status: 'succeeded', exitCode: 0, output: 'pulled', at: at(0) };

const events = {
  start_wanted: { kind: 'start_wanted' },
  stop_wanted: { kind: 'stop_wanted', reason: 'user' },
  attempt_begun: { kind: 'attempt_begun' },
  launched: { kind: 'launched', handle: { pid: 17 }, target: 'http://127.0.0.1:40001' },
  became_ready: { kind: 'became_ready', hook },
  start_failed: { kind: 'start_failed', failure },
  exited: { kind: 'exited', reason: 'out_of_memory', failure },
  stopped: { kind: 'stopped' },
  hook_ran: { kind: 'hook_ran', hook },
} as const satisfies { [Kind in ServerEvent['kind']]: ServerEvent };

const fresh: Server = {
  id: 'srv-1',
  userId: 1,
  owner: 'anna',
  name: '',
  displayName: '',
  oauthClientId: 'jupyterhub-user-srv-1',
  desired: 'stopped',
  state: 'stopped',
  attempt: 0,
  revision: 0,
  queuedAt: null,
  startedAt: null,
  readyAt: null,
  stoppedAt: null,
  lastActivityAt: null,
  target: null,
  handle: null,
  userOptions: {},
  failure: null,
  stopReason: null,
  hook: null,
  lease: null,
};

/** The server after these events, one a second. */
function after(...kinds: readonly ServerEvent['kind'][]): Server {
  return kinds.reduce((server, kind, second) => transition(server, events[kind], at(second)), fresh);
}

const toReady = ['start_wanted', 'attempt_begun', 'launched', 'became_ready'] as const;

const situations = {
  stopped: fresh,
  queued: after('start_wanted'),
  starting: after('start_wanted', 'attempt_begun'),
  launched: after('start_wanted', 'attempt_begun', 'launched'),
  ready: after(...toReady),
  stopping: after(...toReady, 'stop_wanted'),
  'stopping, wanted again': after(...toReady, 'stop_wanted', 'start_wanted'),
  failed: after('start_wanted', 'attempt_begun', 'start_failed'),
};

/** For each situation and event the state that follows; `same` where nothing changes, `-` where it cannot happen. */
const table = `
                         start_wanted  stop_wanted  attempt_begun  launched  became_ready  start_failed  exited   stopped  hook_ran
stopped                  queued        same         -              -         -             -             -        -        -
queued                   same          stopped      starting       -         -             -             -        -        -
starting                 same          stopping     -              starting  -             failed        -        -        -
launched                 same          stopping     -              starting  ready         failed        -        -        -
ready                    same          stopping     -              -         -             -             stopped  -        ready
stopping                 stopping      same         -              stopping  -             stopped       stopped  stopped  -
stopping, wanted again   same          stopping     -              stopping  -             queued        queued   queued   -
failed                   queued        stopped      -              -         -             -             -        -        -
`;

describe('the table of transitions', () => {
  const [header, ...lines] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));
  const cases = lines.flatMap(([situation, ...results]) =>
    results.map((result, index) => ({ situation: situation!, kind: header![index]!, result })),
  );

  it('has every situation and every event', () => {
    expect(cases).toHaveLength(Object.keys(situations).length * Object.keys(events).length);
  });

  it.each(cases)('$situation, then $kind: $result', ({ situation, kind, result }) => {
    const server = situations[situation as keyof typeof situations];
    const act = () => transition(server, events[kind as keyof typeof events], at(99));
    if (result === '-') {
      expect(act).toThrow(HubError);
      expect(act).toThrow(expect.objectContaining({ code: 'conflict' }));
    } else if (result === 'same') {
      expect(act()).toBe(server);
    } else {
      expect(act()).not.toBe(server);
      expect(act().state).toBe(result);
    }
  });
});

test('a start is remembered with its options while the last run is still being stopped', () => {
  const stopping = situations.stopping;
  const wanted = transition(stopping, { kind: 'start_wanted', userOptions: { size: 'large' } }, at(50));
  expect(wanted).toMatchObject({ state: 'stopping', desired: 'running', handle: { pid: 17 } });
  const queued = transition(wanted, events.stopped, at(60));
  // Its place in the queue is that of the moment when the start was asked for.
  expect(queued).toMatchObject({
    state: 'queued',
    queuedAt: at(50),
    userOptions: { size: 'large' },
    handle: null,
  });
  expect(queued).toMatchObject({ stopReason: null, failure: null, hook: null, stoppedAt: at(60) });
});

test('asking again for a start keeps the place in the queue and the options', () => {
  const again = transition(
    situations.queued,
    { kind: 'start_wanted', userOptions: { size: 'large' } },
    at(50),
  );
  expect(again).toBe(situations.queued);
});

test('a start without options uses those of the last', () => {
  const first = transition(fresh, { kind: 'start_wanted', userOptions: { size: 'large' } }, at(0));
  const second = transition(transition(first, events.stop_wanted, at(1)), events.start_wanted, at(2));
  expect(second.userOptions).toEqual({ size: 'large' });
});

test('what was launched after a stop was asked for is kept, so that it can be stopped', () => {
  const stopping = after('start_wanted', 'attempt_begun', 'stop_wanted');
  expect(transition(stopping, events.launched, at(9))).toMatchObject({
    state: 'stopping',
    handle: { pid: 17 },
  });
});

test('a start that failed says why, and the next start forgets it', () => {
  expect(situations.failed).toMatchObject({
    desired: 'stopped',
    failure,
    stopReason: 'failed_start',
    handle: null,
    target: null,
    queuedAt: null,
  });
  expect(transition(situations.failed, events.start_wanted, at(9))).toMatchObject({
    failure: null,
    stopReason: null,
    queuedAt: at(9),
  });
});

test('a server that ended by itself says why and is wanted no more', () => {
  const exited = transition(situations.ready, events.exited, at(9));
  expect(exited).toMatchObject({
    desired: 'stopped',
    stopReason: 'out_of_memory',
    failure,
    stoppedAt: at(9),
  });
  expect(exited).toMatchObject({ handle: null, target: null });
});

test('each attempt is counted and begins with nothing of the last', () => {
  const second = transition(after(...toReady, 'exited', 'start_wanted'), events.attempt_begun, at(9));
  expect(second).toEqual({
    ...fresh,
    desired: 'running',
    state: 'starting',
    attempt: 2,
    queuedAt: at(5),
    startedAt: at(9),
    lastActivityAt: at(3),
  });
});

test('what the API calls pending, active and settled follows from the state', () => {
  const facts = Object.entries(situations).map(([name, server]) => [
    name,
    pendingOperation(server),
    isActive(server),
    isSettled(server),
  ]);
  expect(facts).toEqual([
    ['stopped', null, false, true],
    ['queued', 'spawn', true, false],
    ['starting', 'spawn', true, false],
    ['launched', 'spawn', true, false],
    ['ready', null, true, true],
    ['stopping', 'stop', true, false],
    ['stopping, wanted again', 'stop', true, false],
    ['failed', null, false, true],
  ]);
});

/** What may be seen or done by a reconciler in this state; the first of each leads on without a failure. */
function possibleSteps(server: Server): ServerEvent[] {
  switch (server.state) {
    case 'queued':
      return [events.attempt_begun];
    case 'starting':
      return [server.target === null ? events.launched : events.became_ready, events.start_failed];
    case 'ready':
      return [events.hook_ran, events.exited];
    case 'stopping':
      return [events.stopped, events.launched, events.start_failed, events.exited];
    default:
      return [];
  }
}

/** What people want, or which of the possible steps a reconciler takes. */
const action = fc.oneof(
  fc.constantFrom<ServerEvent>(
    events.start_wanted,
    events.stop_wanted,
    { kind: 'stop_wanted', reason: 'idle' },
    { kind: 'start_wanted', userOptions: { size: 'large' } },
  ),
  fc.nat({ max: 3 }),
);

test('whatever was asked for and happened, the server becomes what was last wanted', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      let server = fresh;
      let wanted = false;
      let second = 0;
      const apply = (event: ServerEvent) => {
        const before = server;
        second += 1;
        server = transition(server, event, at(second));
        if (event.kind === 'start_wanted') wanted = true;
        if (event.kind === 'stop_wanted') wanted = false;
        // A run that fails or ends by itself fulfils no wish, but is not tried again for ever.
        if (before.state === 'starting' && event.kind === 'start_failed') wanted = false;
        if (before.state === 'ready' && event.kind === 'exited') wanted = false;
        expectConsistent(server, before);
        expect(server.desired).toBe(wanted ? 'running' : 'stopped');
      };
      for (const next of actions) {
        if (typeof next !== 'number') apply(next);
        else {
          const steps = possibleSteps(server);
          if (steps.length > 0) apply(steps[next % steps.length]!);
        }
      }
      // From stopping, the longest way: stopped, begun, launched, ready.
      for (let step = 0; step < 4 && !isSettled(server); step++) apply(possibleSteps(server)[0]!);
      expect(isSettled(server)).toBe(true);
      expect(server.state === 'ready').toBe(wanted);
    }),
    { numRuns: 2_000 },
  );
});

function expectConsistent(server: Server, before: Server): void {
  const { state, desired, queuedAt, target, handle } = server;
  if (state === 'queued')
    expect({ desired, queued: queuedAt !== null }).toEqual({ desired: 'running', queued: true });
  if (state === 'starting' || state === 'ready') expect(desired).toBe('running');
  if (state === 'ready') expect(target).not.toBeNull();
  // At rest and in the queue nothing of it is left, and nothing is waited for.
  if (!isActive(server)) expect({ desired, queuedAt }).toEqual({ desired: 'stopped', queuedAt: null });
  if (!isActive(server) || state === 'queued')
    expect({ target, handle }).toEqual({ target: null, handle: null });
  expect(server.attempt - before.attempt).toBe(before.state === 'queued' && state === 'starting' ? 1 : 0);
  const { id, userId, owner, name, oauthClientId, revision, lease } = before;
  expect(server).toMatchObject({ id, userId, owner, name, oauthClientId, revision, lease });
}

describe('names of servers', () => {
  it.each(['', 'a', 'lab', 'lab-2', '0', 'a'.repeat(30), 'a--b'])('“%s” is one', (name) => {
    expect(serverNameProblem(name)).toBeUndefined();
  });

  it.each(['-', '-a', 'a-', 'A', 'a b', 'a/b', 'ä', '.', 'a'.repeat(31), 'a\n'])('“%s” is none', (name) => {
    expect(serverNameProblem(name)).toContain('1 to 30');
  });
});

describe('a server that is to be removed once it has stopped', () => {
  const removing = transition(
    after('start_wanted', 'attempt_begun'),
    { kind: 'stop_wanted', reason: 'user', remove: true },
    at(3),
  );

  it('stops first, and is to be removed then', () => {
    expect(removing).toMatchObject({ state: 'stopping', desired: 'removed' });
    expect(isToRemove(removing)).toBe(false);
    expect(isToRemove(transition(removing, events.stopped, at(4)))).toBe(true);
  });

  it('is still to be removed after another stop, and not after a start', () => {
    expect(transition(removing, events.stop_wanted, at(4))).toBe(removing);
    const wanted = transition(removing, events.start_wanted, at(4));
    expect(transition(wanted, events.stopped, at(5))).toMatchObject({ state: 'queued', desired: 'running' });
  });
});
