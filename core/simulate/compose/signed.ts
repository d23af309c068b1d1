// DKIM signatures on a composed message, right and wrong ones (RFC 6376).
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Sign } from '../../contract/scenarioMessage.ts';
import type { World } from '../../world/world.ts';
import { fieldName, proofBy, signatureOf, type SignAlgorithm } from '../../message/sign.ts';
import { testKey, type TestKeyName } from '../testKeys.table.ts';
import { type Draft, onTop } from './draft.ts';
import { momentOf } from './mime.ts';

/** Signed unless a scenario says otherwise, where they are there (RFC 6376 section 5.4.1). */
const usual = [
  'From',
  'Sender',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'To',
  'Cc',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'In-Reply-To',
  'References',
  'List-Id',
];
const oversigned = ['From', 'To', 'Subject', 'Date'];

const made = new Map<TestKeyName, KeyObject>();

export function keyOf(name: TestKeyName): KeyObject {
  let key = made.get(name);
  if (key === undefined) made.set(name, (key = createPrivateKey(testKey(name))));
  return key;
}

/** Another key of the same kind. */
export function otherKey(name: TestKeyName): TestKeyName {
  if (name.startsWith('ed25519')) return name === 'ed25519b' ? 'ed25519a' : 'ed25519b';
  return name === 'rsa2048b' ? 'rsa2048a' : 'rsa2048b';
}

/** b= that nobody's key has made, of the length the key's would have. */
export const madeUp = (world: Pick<World, 'random'>) => () => Buffer.from(world.random(256)).toString('base64');

export function signed(draft: Draft, sign: Sign, world: Pick<World, 'now' | 'random'>): Draft {
  const { key = 'rsa2048a', canonicalization = 'relaxed/relaxed', fault, times = 1 } = sign;
  const algorithm: SignAlgorithm = sign.algorithm ?? (key.startsWith('ed25519') ? 'ed25519-sha256' : 'rsa-sha256');
  const hash = algorithm === 'rsa-sha1' ? 'sha1' : 'sha256';
  const proof = proofBy(keyOf(fault === 'wrong-key' ? otherKey(key) : key), hash);
  const field = signatureOf(fault === 'wrong-header' ? withOtherFrom(draft) : draft, {
    name: 'DKIM-Signature',
    canonicalization,
    hash,
    names: namesOf(draft, sign),
    tags: {
      v: '1',
      a: algorithm,
      c: canonicalization,
      d: sign.domain,
      s: sign.selector ?? 's1',
      ...timesOf(sign, world.now()),
      ...(sign.identity === undefined ? {} : { i: sign.identity }),
    },
    instead: sign.tags,
    length: sign.length,
    width: sign.width,
    hashed: fault === 'wrong-body' ? 'Another body.\r\n' : undefined,
    prove: fault === 'forged' ? madeUp(world) : fault === 'no-base64' ? () => '*not base64*' : proof,
  });
  return onTop(draft, ...Array.from({ length: times }, () => field));
}

function timesOf({ signed: at, expires }: Sign, now: number): Record<string, string> {
  const seconds = (ms: number) => String(Math.floor(ms / 1000));
  return {
    ...(at === 'unsaid' ? {} : { t: seconds(momentOf(at, now)) }),
    ...(expires === undefined ? {} : { x: seconds(momentOf(expires, now)) }),
  };
}

/** h=: what is asked for, or the usual fields as often as they are there; oversigned ones once more. */
function namesOf(draft: Draft, { fields, oversign = [], fault }: Sign): string[] {
  const there = (name: string) => draft.fields.filter((field) => fieldName(field) === name.toLowerCase()).length;
  const names = fields ?? usual.flatMap((name) => Array.from({ length: there(name) }, () => name));
  const once = (name: string) =>
    names.filter((one) => one.toLowerCase() === name.toLowerCase()).length > there(name) ? [] : [name];
  const all = [...names, ...(oversign === true ? oversigned : oversign).flatMap(once)];
  return fault === 'no-from' ? all.filter((name) => name.toLowerCase() !== 'from') : all;
}

const withOtherFrom = ({ fields, body }: Draft): Draft => ({
  fields: fields.map((field) => (fieldName(field) === 'from' ? `${field} (changed)` : field)),
  body,
});
