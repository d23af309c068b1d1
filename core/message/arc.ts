// The chain of those who passed a message on (RFC 8617): every seal, the newest message signature, and who they are.
import type { ArcAnswer, ArcSet } from '../contract/senderAnswers.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { type Asked, Keys, NoKey } from './dkimKey.ts';
import { prepare, type Prepared, type Signing, verify, type Verifying } from './dkim.ts';
import { asName } from './dmarc.ts';
import { fieldOctets, type MessageHeader } from './headerFields.ts';
import { printable } from './printable.ts';

const names = ['arc-authentication-results', 'arc-message-signature', 'arc-seal'] as const;

/** Sets of a chain (RFC 8617 section 4.2.1). */
export const mostSets = 50;

/** Octets of one of its fields that are read: every seal covers all fields of the sets before it. */
export const mostArcOctets = 65_536;

/** A chain whose structure was read (section 5.2 steps 1 to 3), DNS not asked yet. */
export interface PreparedArc {
  readonly sets: readonly ArcSet[];
  /** Why it fails already. */
  readonly why?: string;
  readonly chain?: Chain;
  /** The newest message signature: its body has to be hashed. */
  readonly signature?: Prepared;
}

type Chain = Exclude<ReturnType<Signing['parts']['getARChain']>, false>;

export function prepareArc(signing: Signing, trusted: Settings['sender']['arc']['trusted']): PreparedArc | undefined {
  const { header, parts } = signing;
  const places = names.flatMap((name) => header.places.get(name) ?? []).sort((one, other) => one - other);
  if (places.length === 0) return undefined;
  const sets = setsOf(signing, trusted);
  if (places.length > mostSets * names.length)
    return { sets, why: `there are ${places.length} fields of ARC, more than ${mostSets} sets have` };
  const long = places.find((place) => sizeOf(header, place) > mostArcOctets);
  if (long !== undefined)
    return {
      sets,
      why: `a field of ARC has ${sizeOf(header, long)} octets, more than the ${mostArcOctets} that are read`,
    };
  if (header.more) return { sets, why: 'the header has too many fields and is not judged' };
  const parsed = places.flatMap((place) => {
    const field = header.fields[place];
    return field === undefined ? [] : [{ key: field.key, casedKey: field.name, line: fieldOctets(header, field) }];
  });
  let chain: Chain | false;
  try {
    chain = parts.getARChain({ parsed }, { strict: true });
  } catch (error) {
    return { sets, why: told(error) };
  }
  if (chain === false) return { sets, why: 'its fields make no set' };
  const newest = chain.length;
  const place = (header.places.get('arc-message-signature') ?? []).find((one) => instanceOf(signing, one) === newest);
  if (place === undefined) return { sets, why: `there is no message signature in set ${newest}` };
  return { sets, chain, signature: prepare(signing, place, 'ARC') };
}

export async function examineArc(
  verifying: Omit<Verifying, 'keys'>,
  prepared: PreparedArc | undefined,
  { asked, elapsed }: { readonly asked: Asked; readonly elapsed: () => number },
): Promise<ArcAnswer> {
  const began = elapsed();
  const judged = prepared === undefined ? { result: 'none' as const } : await judge(verifying, prepared, asked);
  const sets = prepared?.sets ?? [];
  return {
    kind: 'arc',
    ...judged,
    sets,
    // A chain that does not hold says nothing of who sealed it.
    trusted: judged.result === 'pass' && sets.every((set) => set.trusted),
    questions: [...asked.questions],
    ms: Math.round((elapsed() - began) * 10) / 10,
  };
}

async function judge(
  verifying: Omit<Verifying, 'keys'>,
  { why, chain, signature }: PreparedArc,
  asked: Asked,
): Promise<Pick<ArcAnswer, 'result' | 'why'>> {
  if (why !== undefined || chain === undefined || signature === undefined)
    return { result: 'fail', why: why ?? 'it cannot be read' };
  const keys = new Keys(verifying.parts, asked);
  const newest = chain.length;
  // Section 5.2 step 4: the message as the last one who sealed it had it. l= and age are for DKIM's settings to judge.
  const settings = { ...verifying.settings, bodyLength: 'allow' as const, maxAge: 0 };
  const { outcome } = await verify({ ...verifying, settings, keys }, signature);
  if (outcome.result !== 'pass')
    return {
      result: outcome.result === 'temperror' ? 'temperror' : 'fail',
      why: `the message signature of set ${newest} does not hold: ${outcome.why ?? outcome.result}`,
    };
  try {
    // Step 6: every seal, from the newest on.
    await verifying.parts.verifyASChain({ chain, lastEntry: chain[newest - 1] }, {
      strict: true,
      keyCache: keys.first(settings.minRsaBits),
    } as never);
    return { result: 'pass' };
  } catch (error) {
    if (error instanceof NoKey)
      return { result: error.result === 'temperror' ? 'temperror' : 'fail', why: error.message };
    return { result: 'fail', why: told(error) };
  }
}

/** The sets as far as they can be read, by their seals, in order; a chain that fails is drawn as well. */
function setsOf(signing: Signing, trusted: readonly string[]): readonly ArcSet[] {
  const { header, parts } = signing;
  const believed = new Set(trusted.map(asName));
  const results = new Map(
    (header.places.get('arc-authentication-results') ?? [])
      .slice(0, mostSets + 1)
      .map((place) => [instanceOf(signing, place), place] as const),
  );
  return (header.places.get('arc-seal') ?? [])
    .slice(0, mostSets + 1)
    .map((place): ArcSet => {
      const { parsed } = parts.parseDkimHeaders(octetsOf(header, place), { strict: true });
      const text = (tag: string, most: number) => {
        const value = parsed[tag]?.value;
        return typeof value === 'string' || typeof value === 'number' ? printable(String(value), most) : '';
      };
      const instance = instanceOf(signing, place) ?? 0;
      const domain = text('d', 253);
      const told = results.get(instance);
      const seconds = /^[0-9]{1,12}$/.test(text('t', 20)) ? Number(text('t', 20)) : undefined;
      return {
        instance,
        domain,
        selector: text('s', 253),
        cv: text('cv', 20),
        ...(seconds === undefined ? {} : { signed: seconds * 1000 }),
        trusted: believed.has(asName(domain)),
        ...(told === undefined ? {} : { results: resultsText(header, told) }),
      };
    })
    .sort((one, other) => one.instance - other.instance);
}

/** i=: at the head of ARC-Authentication-Results, a tag in the others (section 4.1). */
function instanceOf({ header, parts }: Signing, place: number): number | undefined {
  const octets = octetsOf(header, place);
  if (header.fields[place]?.key === 'arc-authentication-results') {
    const text = octets.toString('latin1', 0, 200);
    const digits = /^[^:]*:(?:[ \t\r\n]|\([^()\\]*\))*i[ \t]*=[ \t]*([0-9]{1,2})[ \t]*;/.exec(text)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }
  const value = parts.parseDkimHeaders(octets, { strict: true }).parsed['i']?.value;
  return typeof value === 'number' ? value : undefined;
}

function resultsText(header: MessageHeader, place: number): string {
  const text = octetsOf(header, place).toString('utf8');
  return printable(text.slice(text.indexOf(':') + 1).replace(/^\s*i\s*=\s*\d+\s*;\s*/, ''), 1000);
}

function octetsOf(header: MessageHeader, place: number): Buffer {
  const field = header.fields[place];
  return field === undefined ? Buffer.alloc(0) : fieldOctets(header, field).subarray(0, mostArcOctets);
}

function sizeOf(header: MessageHeader, place: number): number {
  const field = header.fields[place];
  return field === undefined ? 0 : field.end - field.start;
}

function told(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error), 200);
}
