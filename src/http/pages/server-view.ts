/** What is said of a server wherever it is shown. */
import type { Failure, HookResult, Server } from '../../domain/server.ts';
import { type Fragment, type Html, html } from './html.ts';
import type { PageContext } from './layout.ts';
import { hubWords } from './texts/hub-words.ts';
import { timeElement } from './words.ts';

export function isOwn(context: Pick<PageContext, 'caller'>, server: Pick<Server, 'userId'>): boolean {
  return context.caller?.user.id === server.userId;
}

/** The state as a word with a colour; the word alone says it too. */
export function stateBadge({ texts }: Pick<PageContext, 'texts'>, state: Server['state']): Html {
  return html`<span class="state ${state}">${texts.state[state]}</span>`;
}

/** One sentence on a server that is not running, or is on its way. */
export function stateSentence(context: PageContext, server: Server | undefined): Fragment {
  const { texts } = context;
  const sentence = texts.stateSentence;
  if (server === undefined) return sentence.never;
  switch (server.state) {
    case 'ready':
      return null;
    case 'queued':
      return sentence.queued;
    case 'starting':
      return sentence.starting;
    case 'stopping':
      return server.desired === 'running' ? sentence.stoppingThenStart : sentence.stopping;
    case 'failed':
      return server.failure && hubWords(texts, server.failure.reason);
    case 'stopped':
      return whyStopped(context, server) ?? sentence.never;
    default: {
      const never: never = server.state;
      return never;
    }
  }
}

/** `You stopped it 3 minutes ago.`; undefined where it has never run. */
export function whyStopped(context: PageContext, server: Server): Html | undefined {
  const { texts } = context;
  if (server.stopReason === null) return undefined;
  const own = isOwn(context, server);
  // It was stopped while it waited or started: nothing ran that could have been stopped.
  const isCancelled = server.readyAt === null && server.stopReason === 'user';
  const reason = isCancelled ? texts.startCancelled(own) : texts.stopReason[server.stopReason](own);
  return html`${reason}${server.stoppedAt && html` ${time(context, server.stoppedAt)}`}.`;
}

/** What to do about a failure, and the server's last words. The reason itself is said by whoever shows it. */
export function renderFailure(context: PageContext, failure: Failure): Html {
  const { failed } = context.texts;
  return html`${failure.hint !== null && html`<p>${hubWords(context.texts, failure.hint)}</p>`}
${failure.log.trim() !== '' && html`<details class="log"><summary>${failed.log}</summary><pre tabindex="0">${failure.log}</pre></details>`}`;
}

export function hookOutput(context: PageContext, hook: HookResult): Html {
  const { home } = context.texts;
  return html`<details class="log" open><summary>${home.hookOutput}</summary><pre tabindex="0">${hook.output.trim() || '—'}</pre></details>`;
}

export function time({ now, texts, site }: Pick<PageContext, 'now' | 'texts' | 'site'>, at: Date): Html {
  return timeElement(at, { now, locale: texts.locale, timeZone: site.course.timeZone });
}
