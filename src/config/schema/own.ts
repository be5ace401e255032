/** Keys that are Polder's own. */

import { z } from 'zod';
import { LANGUAGES } from '../../domain/language.ts';
import { GENERATIONS } from '../generations.ts';
import { NAMING_SCHEMES } from '../kubernetes.ts';
import { cluster, secret, section } from './fate.ts';
import { otherLoginSchema } from './oauth.ts';
import { image } from './pods.ts';
import { byteSize, count, flag, names, seconds, secretText, text, word } from './scalars.ts';

export const courseSchema = section({
  name: text.min(1, 'A course needs a name.').max(200, 'A course name has at most 200 characters.'),
  language: word(...LANGUAGES),
  welcome: text,
  contact: text,
  logo: z.union([text, section({ light: text, dark: text })]),
  accentColor: text.regex(
    /^#[0-9a-fA-F]{6}$/,
    'A colour is written as # and six hexadecimal digits, such as #1f6feb.',
  ),
  adminPassword: secret(secretText),
  instructors: names,
  students: z.union([count, names]),
  timeZone: text,
  sessions: z.array(section({ title: text, start: text, end: text, duration: text })),
});

export const generationWord = word(...GENERATIONS);

export const polderSchema = section({
  generation: generationWord,
  naming: cluster(word(...NAMING_SCHEMES)),
  databasePooler: flag,
  image: cluster(image),
  replicas: cluster(section({ hub: count.min(1), proxy: count.min(1) })),
  checkBeforeUpgrade: cluster(flag),
  letIn: word('any', 'all'),
  // A secret as a whole: whatever stands in it may hold one.
  logins: secret(
    z.record(text.regex(/^[a-z][a-z0-9-]*$/, 'A login is named with small letters.'), otherLoginSchema),
  ),
  culling: section({ spareRunningCells: flag }),
  limits: section({
    requestBody: byteSize,
    tokensPerUser: count,
    failedLogins: section({ window: seconds, perUser: count.min(1), perAddress: count.min(1) }),
  }),
});
