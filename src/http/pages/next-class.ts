/** When the course meets next, for the pages that students come to first. */
import { isInClass, nextClass } from '../../domain/class-time.ts';
import { type Fragment, html } from './html.ts';
import type { PageContext } from './layout.ts';
import { timeSpan } from './words.ts';

/** Nothing where the course has no times, or none to come. */
export function renderNextClass({ site, texts, now }: Pick<PageContext, 'site' | 'texts' | 'now'>): Fragment {
  const { classTimes, timeZone } = site.course;
  const next = nextClass(classTimes, now);
  if (next === undefined) return null;
  const label = isInClass([next], now) ? texts.classes.now : texts.classes.next;
  const span = timeSpan(next, { locale: texts.locale, timeZone });
  return html`<p class="next-class"><strong>${label}</strong> ${next.title !== null && html`${next.title}, `}${span}</p>`;
}
