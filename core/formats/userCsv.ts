// Users as CSV (RFC 4180): a header line with name and password, and aliases, enabled and quota where they are told.
import { CsvError, parse } from 'csv-parse/sync';
import { type FileRow, withoutDoubles } from './userRow.ts';

const columns = ['name', 'password', 'aliases', 'enabled', 'quota'] as const;
type Column = (typeof columns)[number];

/** What is wrong with the file as a whole: nothing of it is taken. */
export interface CsvMistake {
  readonly line: number;
  readonly message: string;
}

export type CsvRead = { readonly rows: readonly FileRow[] } | { readonly mistake: CsvMistake };

/**
 * Reads a file with a header. Fields may be quoted; the mark of the byte order, CRLF and blank lines are no matter. Aliases
 * are separated by spaces, semicolons or commas; enabled is yes, no, true, false, 1 or 0; quota a whole number; an empty field leaves
 * things as they are.
 */
export function readUserCsv(text: string): CsvRead {
  let records: readonly Parsed[];
  try {
    // The library's types do not know what `info` does.
    records = parse(text, {
      bom: true,
      info: true,
      relaxColumnCount: true,
      skipEmptyLines: true,
    }) as unknown as Parsed[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { mistake: { line: Number(error['lines'] ?? 1), message: reasons[error.code] ?? 'is no CSV (RFC 4180)' } };
  }
  const [header, ...others] = records;
  if (!header) return { mistake: { line: 1, message: 'the file is empty; expected a header: name,password' } };
  const named = header.record.map((name) => name.trim().toLowerCase());
  const message = headerProblem(named);
  if (message !== undefined) return { mistake: { line: 1, message } };
  // `lines` is the last line of a record; a quoted field may hold line ends.
  const rows = others.map(({ record, info }) => rowOf(record, named as Column[], lineOf(record, info.lines)));
  return { rows: withoutDoubles(rows) };
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** The library's own words may quote the line. */
const reasons: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a field is opened with a quotation mark that is never closed',
  INVALID_OPENING_QUOTE:
    'a quotation mark stands in a field that does not begin with one; write the field in quotes, and "" for a mark in it',
  CSV_INVALID_CLOSING_QUOTE: 'something stands behind a closing quotation mark; write "" for a mark in a field',
};

function headerProblem(named: readonly string[]): string | undefined {
  const missing = ['name', 'password'].filter((column) => !named.includes(column));
  const strange = named.find((column) => !columns.includes(column as Column));
  const twice = named.find((column, index) => named.indexOf(column) !== index);
  const wants = `expected a header of name,password and, if you like, aliases,enabled,quota`;
  if (missing.length > 0) return `the header has no ${missing.join(' and no ')}; ${wants}`;
  // The first line may be a user where the header was forgotten; then two columns are missing, which is told above.
  if (strange !== undefined) return `column ${named.indexOf(strange) + 1} of the header is not known; ${wants}`;
  return twice === undefined ? undefined : `the header has ${twice} twice`;
}

function lineOf(record: readonly string[], last: number): number {
  return last - record.reduce((sum, field) => sum + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
}

function rowOf(record: readonly string[], named: readonly Column[], line: number): FileRow {
  const field = (column: Column) => record[named.indexOf(column)] ?? '';
  const name = field('name');
  const skipped = (why: string) => ({ line, name, why });
  if (record.length !== named.length)
    return skipped(
      `${record.length} fields where the header has ${named.length}; a comma in a field needs quotes around it`,
    );
  if (name === '') return skipped('no name');
  const password = field('password');
  if (password === '') return skipped('no password');
  const enabled = flagOf(field('enabled').trim().toLowerCase());
  if (enabled === 'wrong') return skipped('enabled is none of yes, no, true, false, 1, 0');
  const quota = field('quota').trim();
  if (!/^\d{0,7}$/.test(quota)) return skipped('quota is no whole number from 1 to 1000000');
  const aliases = field('aliases')
    .split(/[\s;,]+/)
    .filter((alias) => alias !== '');
  return {
    line,
    name,
    secret: { password },
    ...(aliases.length > 0 && { aliases }),
    ...(enabled !== undefined && { enabled }),
    ...(quota !== '' && { quota: Number(quota) }),
  };
}

function flagOf(text: string): boolean | undefined | 'wrong' {
  if (text === '') return undefined;
  if (['yes', 'true', '1'].includes(text)) return true;
  return ['no', 'false', '0'].includes(text) ? false : 'wrong';
}
