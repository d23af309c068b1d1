// Fields of others that are left out where a message is handed on: claims in our name (RFC 8601 section 5), and what is listed.
import type { HeaderPlace } from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { asName } from './dmarc.ts';
import { fieldValue, type HeaderField, type MessageHeader } from './headerFields.ts';
import { printable } from './printable.ts';

/** Whole fields, line ends included, from the top of the header. */
export function removedFrom(
  header: MessageHeader,
  { foreign, strip }: Pick<Settings['sender']['results'], 'foreign' | 'strip'>,
  hostname: string,
): readonly HeaderPlace[] {
  const listed = strip.map((name) => name.toLowerCase());
  const isListed = (key: string) =>
    listed.some((name) => (name.endsWith('*') ? key.startsWith(name.slice(0, -1)) : key === name));
  return header.fields
    .filter((field) => (field.key !== '' && isListed(field.key)) || isClaim(header, field, { foreign, hostname }))
    .map(({ name, start, end }) => ({ name: printable(name, 100), start, end }));
}

function isClaim(
  header: MessageHeader,
  field: HeaderField,
  { foreign, hostname }: { readonly foreign: Settings['sender']['results']['foreign']; readonly hostname: string },
): boolean {
  if (field.key !== 'authentication-results' || foreign === 'keep') return false;
  if (foreign === 'all') return true;
  const value = fieldValue(header, field).slice(0, 10_000);
  const id = authservId(value);
  const ours = asName(hostname);
  // What cannot be read and has our name in it may be read as ours by others.
  return id === undefined ? value.toLowerCase().includes(ours) : asName(id) === ours;
}

/**
 * Who a field says has written it: `[CFWS] authserv-id [CFWS version] [CFWS] (";" ...)` (RFC 8601 section 2.2), the id a
 * token or a quoted string; undefined when it is neither.
 */
export function authservId(value: string): string | undefined {
  let rest = withoutComments(value);
  if (rest === undefined) return undefined;
  rest = rest.trim();
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
  if (quoted !== null) return (quoted[1] ?? '').replace(/\\(.)/g, '$1').trim();
  // RFC 2045 section 5.1, and the UTF-8 of RFC 8601 section 2.5 where mail is internationalised.
  const token = /^[^\s()<>@,;:\\"/[\]?=]+/.exec(rest);
  return token?.[0];
}

/** Comments become blanks, nested ones as well; undefined when one does not end. */
function withoutComments(value: string): string | undefined {
  let text = '';
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const sign = value[at] ?? '';
    if (sign === '\\' && (depth > 0 || isQuoted)) {
      if (depth === 0) text += value.slice(at, at + 2);
      at += 1;
    } else if (isQuoted) {
      text += sign;
      isQuoted = sign !== '"';
    } else if (sign === '(') {
      if (depth === 0) text += ' ';
      depth += 1;
    } else if (depth > 0) {
      if (sign === ')') depth -= 1;
    } else {
      text += sign;
      isQuoted = sign === '"';
    }
  }
  return depth > 0 ? undefined : text;
}
