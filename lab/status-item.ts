/** The item at the top: the way home, what is used, what is left. */
import type { Notices } from './hub.ts';
import { bytes, type Texts, textsIn, timeLeft } from './texts.ts';
import { millisecondsLeft, SOON_MS } from './time-left.ts';

/** JupyterLab's own colours, so that it looks right in every theme. */
const STYLE = `
#polder-status { display: flex; align-items: center; gap: 10px; margin-left: auto; padding: 0 8px; white-space: nowrap;
  color: var(--jp-ui-font-color1); font: var(--jp-ui-font-size1)/1 var(--jp-ui-font-family); }
#polder-status a { color: inherit; text-decoration: none; padding: 4px 8px; border: 1px solid var(--jp-border-color1);
  border-radius: 3px; }
#polder-status a:hover { background: var(--jp-layout-color2); }
#polder-status a:focus-visible, #polder-status button:focus-visible { outline: 2px solid var(--jp-brand-color1); }
#polder-status .soon { color: var(--jp-error-color1); font-weight: 600; }
#polder-status button { font: inherit; cursor: pointer; padding: 3px 8px; border: 0; border-radius: 3px;
  color: var(--jp-ui-inverse-font-color1); background: var(--jp-brand-color1); }
#polder-status [hidden] { display: none; }
@media (max-width: 760px) { #polder-status .memory { display: none; } }
`;

/** So much of its limit used, memory is shown as what will not do for long. */
const FULL = 0.85;

export class StatusItem {
  readonly node = document.createElement('div');
  readonly #home = document.createElement('a');
  readonly #memory = span('memory');
  readonly #left = span('left');
  readonly #stay = document.createElement('button');
  #texts: Texts = textsIn('en');
  #notices: Notices | undefined;
  /** When the notices came, by the page's own clock, which need not be the hub's. */
  #since = 0;

  constructor(home: string, stay: () => void) {
    const style = document.createElement('style');
    style.textContent = STYLE;
    this.#home.href = home;
    this.#stay.type = 'button';
    this.#stay.addEventListener('click', stay);
    this.node.append(style, this.#memory, this.#left, this.#stay, this.#home);
    this.#say();
  }

  show(notices: Notices): void {
    this.#notices = notices;
    this.#since = performance.now();
    this.#texts = textsIn(notices.language);
    this.#say();
  }

  /** Says it anew: time goes on. */
  tick(): void {
    this.#say();
  }

  #say(): void {
    const notices = this.#notices;
    this.#home.textContent = this.#texts.home;
    this.#home.title = this.#texts.homeTitle;
    this.#stay.textContent = this.#texts.stay;
    this.#sayMemory(notices);
    const { stop } = notices ?? { stop: null };
    this.#left.hidden = stop === null;
    this.#stay.hidden = true;
    if (!notices || !stop) return;
    const left = millisecondsLeft(notices) - (performance.now() - this.#since);
    const soon = left < SOON_MS;
    this.#left.textContent = this.#texts.stopsIn(timeLeft(left, notices.language));
    this.#left.title = this.#texts.stopsTitle[stop.why];
    this.#left.classList.toggle('soon', soon);
    this.#stay.hidden = !soon || stop.why !== 'idle';
  }

  #sayMemory(notices: Notices | undefined): void {
    const {
      memory,
      memory_limit: limit,
      language,
    } = notices ?? { memory: null, memory_limit: null, language: 'en' };
    this.#memory.hidden = memory === null;
    if (memory === null) return;
    const most = limit === null ? null : bytes(limit, language);
    this.#memory.textContent = this.#texts.memory(bytes(memory, language), most);
    this.#memory.title = this.#texts.memoryTitle;
    this.#memory.classList.toggle('soon', limit !== null && memory > FULL * limit);
  }
}

function span(name: string): HTMLElement {
  const element = document.createElement('span');
  element.className = name;
  return element;
}
