// A message while it is made: header fields and body as octets, one character each, so that nothing is lost or put right.
import { fieldName, type Signable } from '../../message/sign.ts';

export type Draft = Signable;

/** Reads octets; lines that begin with a blank belong to the field above them. Without an empty line all is header. */
export function draftOf(bytes: Buffer): Draft {
  const text = bytes.toString('latin1');
  if (text.startsWith('\r\n')) return { fields: [], body: text.slice(2) };
  const end = text.indexOf('\r\n\r\n');
  const header = end < 0 ? text.replace(/\r\n$/, '') : text.slice(0, end);
  const fields = header === '' ? [] : header.split(/\r\n(?![ \t])/);
  return { fields, body: end < 0 ? '' : text.slice(end + 4) };
}

export const bytesOf = ({ fields, body }: Draft): Buffer =>
  Buffer.from(`${fields.map((field) => `${field}\r\n`).join('')}\r\n${body}`, 'latin1');

/** Text of a scenario as octets. */
export const asOctets = (text: string): string => Buffer.from(text).toString('latin1');

export const isNamed =
  (...names: readonly string[]) =>
  (field: string): boolean =>
    names.some((name) => name.toLowerCase() === fieldName(field));

/** What stands behind the colon of the first field of a name, without blanks around it. */
export function valueOf({ fields }: Draft, name: string): string | undefined {
  const field = fields.find(isNamed(name));
  return field?.slice(field.indexOf(':') + 1).trim();
}

/** Gives the first field of a name another value, or adds one at the end. */
export function withValue(draft: Draft, name: string, value: string): Draft {
  const at = draft.fields.findIndex(isNamed(name));
  const fields = [...draft.fields];
  fields.splice(at < 0 ? fields.length : at, 1, `${name}: ${value}`);
  return { ...draft, fields };
}

export const onTop = (draft: Draft, ...fields: readonly string[]): Draft => ({
  ...draft,
  fields: [...fields, ...draft.fields],
});

/** The body with more behind it, on lines of its own. */
export const withTail = ({ fields, body }: Draft, tail: string): Draft => ({
  fields,
  body: `${body}${body === '' || body.endsWith('\r\n') ? '' : '\r\n'}${tail}`,
});
