/** Prints, last, the path of the Node that Polder runs on; sets it up where there is none yet. */
import { setUp } from '../bin/set-up.mjs';

await setUp();
console.log(process.execPath);
