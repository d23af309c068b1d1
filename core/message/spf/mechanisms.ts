// The mechanisms of SPF that ask DNS for addresses and names (RFC 7208 section 5), and the target name of a term.
import { parseIp } from '../../contract/settings/network.ts';
import { type Draft, type Evaluation, isUnsayable, mostNames, Stop, valuesOf } from './evaluation.ts';
import { expandDomain, type MacroString } from './macros.ts';
import { fitted, isDomain, isWithin, shown, withoutDot } from './names.ts';
import type { Mechanism } from './record.ts';

/** Compares a network with the client, ip4 with ip4 and ip6 with ip6 alone. */
export function holds({ ip }: Evaluation['about'], term: Mechanism, family: 4 | 6, network: bigint): boolean {
  if (ip.family !== family) return false;
  const host = BigInt(family === 4 ? 32 - term.prefix4 : 128 - term.prefix6);
  return ip.value >> host === network >> host;
}

/**
 * The name a term is about (section 4.8), as it is asked; undefined when macros made no name of it, and nothing can match. For
 * include and redirect that is an error.
 */
export async function target(
  e: Evaluation,
  { spec, domain }: { readonly spec: MacroString | undefined; readonly domain: string },
  draft: Draft,
): Promise<string | undefined> {
  if (spec === undefined) return isDomain(domain) ? domain : undefined;
  if (isUnsayable(e, spec)) {
    draft.note = 'the local part is not ASCII';
    return undefined;
  }
  // %{p} asks for names of its own and counts like a term (section 4.6.4).
  const validated = spec.letters.has('p') ? await validatedName(e, domain, draft) : undefined;
  const name = fitted(expandDomain(spec, valuesOf(e, domain, validated)));
  if (spec.letters.size > 0) draft.expanded = shown(name, 253);
  if (isDomain(name)) return name;
  draft.note = `no domain name: ${shown(name, 80)}`;
  return undefined;
}

/** Section 5.3. */
export async function matchesA(e: Evaluation, term: Mechanism, at: At): Promise<boolean> {
  const name = await target(e, { spec: term.spec, domain: at.domain }, at.draft);
  return name !== undefined && matchesHost(e, term, { ...at, name });
}

/** Where a term stands. */
export interface At {
  readonly domain: string;
  readonly draft: Draft;
}

async function matchesHost(e: Evaluation, term: Mechanism, { name, draft }: At & { name: string }): Promise<boolean> {
  for (const row of await e.addresses(name, draft)) {
    const ip = parseIp(row);
    if (ip === undefined || !holds(e.about, term, ip.family, ip.value)) continue;
    draft.note = `${shown(name, 80)} has ${shown(row, 60)}`;
    return true;
  }
  return false;
}

/**
 * Section 5.4. More than ten hosts are an error whichever of them match: DNS gives them in any order, and the result must not hang
 * on it.
 */
export async function matchesMx(e: Evaluation, term: Mechanism, at: At): Promise<boolean> {
  const { draft } = at;
  const name = await target(e, { spec: term.spec, domain: at.domain }, draft);
  if (name === undefined) return false;
  const hosts = await e.ask(name, 'MX', draft);
  if (hosts.length === 0) e.void(draft);
  if (hosts.length > mostNames) throw new Stop('permerror', `${shown(name, 80)} has ${hosts.length} MX hosts`);
  for (const { exchange } of hosts.toSorted((one, other) => one.priority - other.priority)) {
    const host = withoutDot(exchange);
    // `.` is the null MX (RFC 7505): no host.
    if (host !== '' && isAskable(host) && (await matchesHost(e, term, { ...at, name: host }))) return true;
  }
  return false;
}

/** What DNS itself gave may have one label. */
function isAskable(name: string): boolean {
  return isDomain(name) || isDomain(`${name}.x`);
}

/** Section 5.7: A is asked for, also for a client with IPv6. */
export async function matchesExists(e: Evaluation, term: Mechanism, at: At): Promise<boolean> {
  const name = await target(e, { spec: term.spec, domain: at.domain }, at.draft);
  if (name === undefined) return false;
  const [first] = await e.ask(name, 'A', at.draft);
  if (first === undefined) {
    e.void(at.draft);
    return false;
  }
  at.draft.note = `${shown(name, 80)} has ${shown(first, 60)}`;
  return true;
}

/** Section 5.5. */
export async function matchesPtr(e: Evaluation, term: Mechanism, at: At): Promise<boolean> {
  const name = await target(e, { spec: term.spec, domain: at.domain }, at.draft);
  if (name === undefined) return false;
  const found = (await validatedNames(e, at.draft)).find((each) => isWithin(each, name));
  if (found !== undefined) at.draft.note = `${e.about.address} is ${shown(found, 80)}`;
  return found !== undefined;
}

/**
 * Names of the client that lead back to it, of the first ten. An error about the PTR question means that there are none, an error
 * about one name that it is passed over. Without a draft nothing is counted: for explanations.
 */
async function validatedNames(e: Evaluation, draft: Draft | undefined): Promise<readonly string[]> {
  const { ip } = e.about;
  const names = await forgiving(() => e.ask(reverseName(e), 'PTR', draft));
  if (names === undefined) return [];
  if (names.length === 0 && draft) e.void(draft);
  const validated: string[] = [];
  for (const each of names.slice(0, mostNames)) {
    const name = withoutDot(each);
    if (!isAskable(name)) continue;
    const rows = await forgiving(() =>
      draft ? e.addresses(name, draft) : e.ask(name, ip.family === 4 ? 'A' : 'AAAA'),
    );
    if (rows?.some((row) => parseIp(row)?.value === ip.value) === true) validated.push(name);
  }
  return validated;
}

/** Undefined where DNS failed; limits are not forgiven. */
async function forgiving<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Stop && error.result === 'temperror' && !error.isFinal) return undefined;
    throw error;
  }
}

/** %{p} (section 7.3): the domain itself, else a name below it, else any. */
export async function validatedName(e: Evaluation, domain: string, draft?: Draft): Promise<string> {
  if (draft) e.count(draft);
  const names = await validatedNames(e, draft);
  const same = names.find((name) => name.toLowerCase() === domain.toLowerCase());
  return same ?? names.find((name) => isWithin(name, domain)) ?? names[0] ?? 'unknown';
}

function reverseName({ about: { ip } }: Evaluation): string {
  if (ip.family === 4) return `${[0n, 8n, 16n, 24n].map((shift) => (ip.value >> shift) & 255n).join('.')}.in-addr.arpa`;
  return `${[...ip.value.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa`;
}
