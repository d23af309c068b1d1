// A composed message in one line for whoever reads a talk: whose it is, what is odd about it, and what happened to it on its way.
import { assertNever } from '../../contract/never.ts';
import type { Change, Composed, Hop, Seal, Sign } from '../../contract/scenarioMessage.ts';
import { unescape } from '../bytes.ts';

/** Characters of a text that are told. */
const most = 60;
/** Fields that are told one by one. */
const mostFields = 3;

/** `segments`: the message as it goes out. */
export function composedLine(message: Composed, segments: readonly Buffer[]): string {
  const octets = segments.reduce((sum, { length }) => sum + length, 0);
  const { fields = [], without = [], raw, chunks, hops = [] } = message;
  const all = fields.map(short);
  const froms = raw === undefined ? all.filter(isFrom) : [];
  const lacking = without.filter((name) => name.toLowerCase() !== 'from' || froms.length === 0);
  const parts = [
    ...authorOf(message, froms),
    ...withFields(all.filter((field) => !isFrom(field))),
    ...(lacking.length > 0 ? [`without ${lacking.join(', ')}`] : []),
    ...hops.flatMap(hopWords),
    ...(chunks === undefined ? [] : [`in chunks of ${chunks} octets`]),
  ];
  return `(message: ${parts.join(', ')}; ${octets} octets)`;
}

const isFrom = (field: string) => /^from\s*:/i.test(field);

function authorOf({ from, raw, without = [] }: Composed, froms: readonly string[]): string[] {
  if (raw !== undefined) return ['octet for octet as the scenario has it'];
  const hasOwn = !without.some((name) => name.toLowerCase() === 'from');
  return [...(hasOwn ? [`From: ${short(from ?? 'Alice <alice@example.org>')}`] : []), ...froms];
}

function withFields(fields: readonly string[], where = ''): string[] {
  if (fields.length === 0) return [];
  const more = fields.length - mostFields;
  return [`with ${fields.slice(0, mostFields).join(' and ')}${more > 0 ? ` and ${more} more` : ''}${where}`];
}

function hopWords(hop: Hop): string[] {
  if ('sign' in hop) return [signWords(hop.sign)];
  if ('seal' in hop) return [sealWords(hop.seal)];
  if ('change' in hop) return changeWords(hop.change);
  if ('forward' in hop) return [`through ${hop.forward.by ?? 'forwarder.example'}`];
  if ('list' in hop) return [`through list ${hop.list.address}${hop.list.rewrite ? ' as its author' : ''}`];
  return assertNever(hop);
}

function signWords({ domain, key, length, times, expires, fault }: Sign): string {
  const more = [
    ...(key === undefined ? [] : [key]),
    ...(length === undefined ? [] : [`l=${length}`]),
    ...(expires === undefined ? [] : ['ago' in expires ? `expired ${expires.ago} ago` : `expires in ${expires.in}`]),
    ...(fault === undefined ? [] : [fault]),
  ];
  return `signed by ${domain}${often(times)}${inBrackets(more)}`;
}

function sealWords({ domain, cv, instance, times, fault }: Seal): string {
  const more = [
    ...(instance === undefined ? [] : [`i=${instance}`]),
    ...(cv === undefined ? [] : [`cv=${cv}`]),
    ...(fault === undefined ? [] : [fault]),
  ];
  return `sealed by ${domain}${often(times)}${inBrackets(more)}`;
}

function changeWords({ prefix, append, set, add, remove, rename, fold, wrap, encode }: Change): string[] {
  const quoted = (text: Parameters<typeof short>[0]) => `“${short(text)}”`;
  return [
    ...(add === undefined ? [] : withFields(add.map(short), ' put on top')),
    ...(set === undefined ? [] : Object.entries(set).map(([name, value]) => `${name} changed to ${quoted(value)}`)),
    ...(prefix === undefined ? [] : [`${quoted(prefix)} in front of the subject`]),
    ...(append === undefined ? [] : [`${quoted(append)} behind the body`]),
    ...(remove === undefined ? [] : [`${remove.join(', ')} removed`]),
    ...(rename === undefined ? [] : Object.entries(rename).map(([from, to]) => `${from} renamed to ${to}`)),
    ...(fold === undefined ? [] : [`${fold.join(', ')} folded anew`]),
    ...(wrap === undefined ? [] : [`lines broken at ${wrap} octets`]),
    ...(encode === undefined ? [] : [`encoded as ${encode}`]),
  ];
}

const often = (times = 1) => (times === 1 ? '' : ` ${times} times`);

const inBrackets = (words: readonly string[]) => (words.length === 0 ? '' : ` (${words.join(', ')})`);

/** One printable line of bounded length; escapes as in send. */
function short(text: string | { readonly repeat: string; readonly times: number }): string {
  if (typeof text !== 'string') return `${short(text.repeat)} (${text.times} times)`;
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is left out here
  const plain = unescape(text)
    .toString()
    .replaceAll(/[\u0000-\u0020\u007f]+/g, ' ')
    .trim();
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}
