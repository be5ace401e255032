/** A command in a running container, as its user and in its surroundings, with what it wrote. */
import { Writable } from 'node:stream';
import type { HookResult } from '../../domain/server.ts';
import type { ApiServer } from '../../kubernetes/api-server.ts';
import { SERVER_CONTAINER } from './pod-manifest.ts';

const LARGEST_OUTPUT = 64_000;

interface Ended {
  readonly status?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** @throws the signal's reason where it was cancelled, an error where the cluster did not let us */
export async function runInPod(
  api: ApiServer,
  pod: { readonly namespace: string; readonly name: string },
  command: readonly string[],
  options: { readonly signal: AbortSignal; readonly now: () => Date },
): Promise<HookResult> {
  const { signal } = options;
  signal.throwIfAborted();
  const { Exec } = await import('@kubernetes/client-node');
  const output = new Tail();
  const ended = Promise.withResolvers<Ended>();
  const socket = await new Exec(api.config).exec(
    pod.namespace,
    pod.name,
    SERVER_CONTAINER,
    [...command],
    output,
    output,
    null,
    false,
    (status) => ended.resolve(status as Ended),
  );
  const abort = () => ended.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  socket.onclose = () =>
    ended.reject(new Error('The connection to the command ended before the command did.'));
  socket.onerror = (event: { readonly message: string }) => ended.reject(new Error(event.message));
  try {
    return resultOf(await ended.promise, output.text, options.now());
  } finally {
    signal.removeEventListener('abort', abort);
    socket.onclose = null;
    socket.close();
  }
}

function resultOf(ended: Ended, output: string, at: Date): HookResult {
  if (ended.status === 'Success') return { status: 'succeeded', exitCode: 0, output, at };
  const code = ended.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  const exitCode = code === undefined ? null : Number(code);
  // Without an exit code it did not run at all, and the cluster's words say why.
  return {
    status: 'failed',
    exitCode,
    output: exitCode === null ? output + (ended.message ?? '') : output,
    at,
  };
}

/** Keeps the end of what is written. */
class Tail extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text = (this.text + chunk.toString('utf8')).slice(-LARGEST_OUTPUT);
    done();
  }
}
