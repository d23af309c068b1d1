// Which of the two formats of users a text is in, by its look. Pure.

export type Format = 'csv' | 'htpasswd';

/** A colon before any comma, in the first line that says something, is `name:hash`: a heading of CSV has none. */
export function guessFormat(text: string): Format {
  const line = text.split('\n').find((one) => one.trim() !== '' && !one.startsWith('#')) ?? '';
  return /^[^,:]+:/.test(line) ? 'htpasswd' : 'csv';
}
