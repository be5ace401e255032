/** The languages that pages are written in, by their tags (BCP 47). */
export const LANGUAGES = ['en', 'nl'] as const;

export type Language = (typeof LANGUAGES)[number];

/** `nl`, `nl-BE` and `NL` are Dutch; undefined for a language that the pages do not have. */
export function languageNamed(tag: string): Language | undefined {
  const name = tag.trim().toLowerCase().split('-', 1)[0];
  return LANGUAGES.find((language) => language === name);
}

/**
 * The first of what an `Accept-Language` header asks for (RFC 9110, section 12.5.4) that the pages have, by the weights
 * it gives; undefined where there is none.
 */
export function preferredLanguage(header: string): Language | undefined {
  const wanted = header.split(',').map((entry) => {
    const [tag = '', ...parameters] = entry.split(';');
    const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
    return { language: languageNamed(tag), weight: weight === undefined ? 1 : Number(weight) };
  });
  // Sorting is stable: what is wanted as much stays in the order of the header.
  return wanted
    .filter(({ language, weight }) => language !== undefined && weight > 0)
    .sort((one, other) => other.weight - one.weight)[0]?.language;
}
