// Sets of ARC on a composed message, right and wrong ones (RFC 8617 section 5.1).
import type { Seal } from '../../contract/scenarioMessage.ts';
import { fieldName, proofBy, proven, signatureOf } from '../../message/sign.ts';
import type { World } from '../../world/world.ts';
import { type Draft, onTop } from './draft.ts';
import { momentOf } from './mime.ts';
import { keyOf, madeUp, otherKey } from './signed.ts';

/** A set in the order in which its seal covers it (section 5.1.1). */
const members = ['arc-authentication-results', 'arc-message-signature', 'arc-seal'] as const;
/** Never signed by the signature of a set: what later hosts may change, and what the seal covers (section 4.1.2). */
const notSigned = new Set<string>([...members, 'authentication-results', 'received', 'return-path']);

export function sealed(draft: Draft, seal: Seal, world: Pick<World, 'now' | 'random'>): Draft {
  let now = draft;
  for (let done = 0; done < (seal.times ?? 1); done += 1) now = sealedOnce(now, seal, world);
  return now;
}

function sealedOnce(draft: Draft, seal: Seal, world: Pick<World, 'now' | 'random'>): Draft {
  const { domain, selector = 's1', key = 'rsa2048a', fault, results = 'spf=pass' } = seal;
  const instances = draft.fields.map(instanceOf).filter((one) => one !== undefined);
  const highest = Math.max(0, ...instances);
  const instance = seal.instance ?? highest + (fault === 'gap' ? 2 : 1);
  const cv = seal.cv ?? (highest === 0 ? 'none' : 'pass');
  const proof = proofBy(keyOf(fault === 'wrong-key' ? otherKey(key) : key), 'sha256');
  const algorithm = key.startsWith('ed25519') ? 'ed25519-sha256' : 'rsa-sha256';
  const common = {
    a: algorithm,
    d: domain,
    s: selector,
    t: String(Math.floor(momentOf(seal.signed, world.now()) / 1000)),
  };
  const found = `ARC-Authentication-Results: i=${instance}; ${domain}; ${results}`;
  const signature = signatureOf(draft, {
    name: 'ARC-Message-Signature',
    canonicalization: 'relaxed/relaxed',
    hash: 'sha256',
    names: draft.fields
      .map((field) => field.slice(0, field.indexOf(':')).trim())
      .filter((name) => !notSigned.has(name.toLowerCase())),
    tags: { i: String(instance), ...common, c: 'relaxed/relaxed' },
    hashed: fault === 'wrong-body' ? 'Another body.\r\n' : undefined,
    prove: proof,
  });
  const sealing = proven('ARC-Seal', {
    tags: { i: String(instance), cv, ...common },
    lines: [...(cv === 'fail' ? [] : chainOf(draft)), found, signature],
    inHeader: 'relaxed',
    prove: fault === 'forged' ? madeUp(world) : proof,
  });
  const set = fault === 'no-seal' ? [signature, found] : [sealing, signature, found];
  return onTop(draft, ...set, ...(fault === 'twice' ? set : []));
}

/** The fields of the sets there are, from the first to the last. A seal that says fail covers its own set alone (section 5.1.2). */
function chainOf({ fields }: Draft): string[] {
  const sets = fields
    .map((field) => ({
      field,
      instance: instanceOf(field),
      place: members.findIndex((name) => name === fieldName(field)),
    }))
    .filter(({ instance }) => instance !== undefined);
  return sets.toSorted((a, b) => (a.instance ?? 0) - (b.instance ?? 0) || a.place - b.place).map(({ field }) => field);
}

/** i= of a field of ARC. */
function instanceOf(field: string): number | undefined {
  if (!members.some((name) => name === fieldName(field))) return undefined;
  const found = /[:;]\s*i\s*=\s*(\d+)/.exec(field)?.[1];
  return found === undefined ? undefined : Number(found);
}
