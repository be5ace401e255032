/** Before each file of tests: whatever it fetches of a hub's API has to be as the hub describes it. */
import { describedFetch } from './described-answers.ts';

globalThis.fetch = describedFetch;
