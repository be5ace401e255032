/** The proxy's own process: `polder proxy`, run like configurable-http-proxy, or started by `polder up`. */
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { HubError } from '../domain/errors.ts';
import { type ProxyArguments, parseProxyArguments } from '../proxy/arguments.ts';
import { watchCertificate } from '../proxy/certificate-watch.ts';
import { startProxy } from '../proxy/proxy.ts';
import { openProcessLog } from './process-log.ts';

/**
 * Runs until SIGINT or SIGTERM, or, when a supervisor started it, until that is gone; then lets requests end. What is
 * wrong with the arguments is said on standard error, and the process ends with 1.
 */
export async function proxyCommand(argv: readonly string[]): Promise<void> {
  const given = readArguments(argv);
  if (given === undefined) return;
  const logger = openProcessLog('proxy', given.logLevel);
  for (const warning of given.warnings) logger.warn(warning);
  const stop = ending();
  // Last of all, because an open channel to a supervisor keeps the process running.
  using _channel = {
    [Symbol.dispose]() {
      if (process.connected) process.disconnect();
    },
  };

  await using proxy = await startProxy({ ...given.options, logger }).catch((error: unknown) => {
    process.exitCode = 1;
    console.error(`The proxy cannot start: ${(error as Error).message}`);
    return undefined;
  });
  if (proxy === undefined) return;
  // One mistake in the handling of one connection must not end those of everybody else.
  process.on('uncaughtException', (error) => logger.fatal({ err: error }, 'unexpected'));
  using _certificate = watchCertificate(
    given.certificateFiles,
    () => {
      proxy.replaceCertificate(given.readCertificate());
      logger.info('the certificate was replaced');
    },
    { logger },
  );
  using _pidFile = writePidFile(given.pidFile);
  const ports = { port: proxy.port, apiPort: proxy.apiPort, metricsPort: proxy.metricsPort };
  logger.info(ports, 'the proxy answers');
  process.send?.(ports);

  logger.info({ reason: await stop }, 'the proxy ends');
}

function readArguments(argv: readonly string[]): ProxyArguments | undefined {
  try {
    return parseProxyArguments(argv, process.env);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else if (error instanceof HubError) {
      console.error(error.message);
      process.exitCode = 1;
    } else throw error;
    return undefined;
  }
}

/** Resolves with what asked the process to end. */
function ending(): Promise<string> {
  const signals = ['SIGINT', 'SIGTERM'].map((signal) => once(process, signal).then(() => signal));
  const supervisor = process.send === undefined ? [] : [once(process, 'disconnect').then(() => 'disconnect')];
  return Promise.race([...signals, ...supervisor]);
}

function writePidFile(file: string | undefined): Disposable {
  if (file !== undefined) writeFileSync(file, `${process.pid}`);
  return {
    [Symbol.dispose]() {
      if (file !== undefined) rmSync(file, { force: true });
    },
  };
}
