import type { Server } from '../api/people.ts';
import { amountOf, texts } from '../texts/texts.ts';

/** What is said beside the state of a server: its place, its step, or the memory that it uses. */
export function serverNote({ place, step, memory }: Server): string | undefined {
  if (place !== null) {
    const { position, seconds, full } = place;
    const when = full ? texts.class.full : seconds === null ? undefined : texts.class.inSeconds(seconds);
    return [texts.class.place(position), when].filter(Boolean).join(', ');
  }
  if (step !== null) return texts.phases[step.phase];
  return memory === null ? undefined : amountOf(memory);
}
