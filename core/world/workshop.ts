// The certificate workshop: certificates that are good or wrong in one way each, for servers and clients under test.
import { makeAuthority, type Pem, sign, type Usage } from './authority.ts';
import { makeRevocations } from './revocation.ts';

/**
 * What is wrong with a certificate; `wrong-name` is for another name than it was asked for, `self-signed` has no CA, and
 * `revoked` is wrong only for those who know the list that comes with it.
 */
export const madeKinds = [
  'good',
  'expired',
  'not-yet-valid',
  'wrong-name',
  'wrong-ca',
  'wrong-usage',
  'self-signed',
  'weak-key',
  'revoked',
] as const;
export type MadeKind = (typeof madeKinds)[number];

export interface CertificateWanted {
  readonly kind: MadeKind;
  /** Host names and IP addresses; the first is the subject. `*.example` stands for one label. */
  readonly names: readonly string[];
  /** Wall clock, ms since 1970. */
  readonly now: number;
  /** The CA that signs; a new one unless given. `wrong-ca` and `self-signed` do without it. */
  readonly authority?: Pem;
  readonly usage: Usage;
  /** CAs between the certificate and the authority; 0 unless said. */
  readonly depth?: number;
}

export interface MadeCertificate extends Pem {
  /** The chain behind the certificate in `cert`, down from its issuer: the CAs between, then the authority; empty when self-signed. */
  readonly chain: readonly string[];
  /** The CA it comes from: for `wrong-ca` one that nobody was told of, for `self-signed` the certificate itself. */
  readonly authority: Pem;
  /** Of a revoked one: the lists (CRLs) of all CAs above it, its issuer's first, as PEM. */
  readonly revocations?: string;
}

const DAY = 86_400_000;
/** Valid for this long, as server certificates are. */
const life = 825 * DAY;
/** The name on a certificate for another name. */
export const otherName = 'another.example';
/** RSA keys of this size could be broken with effort, and no client should take them (NIST SP 800-131A). */
const weakBits = 1024;

export async function makeCertificate(wanted: CertificateWanted): Promise<MadeCertificate> {
  const { kind, now, usage } = wanted;
  const names = kind === 'wrong-name' ? [otherName] : wanted.names.length > 0 ? wanted.names : ['localhost'];
  const leaf = {
    subject: names[0] ?? otherName,
    ...validity(kind, now),
    is: { usage: kind === 'wrong-usage' ? otherUsage(usage) : usage, names },
    ...(kind === 'weak-key' && { rsaBits: weakBits }),
  };
  if (kind === 'self-signed') {
    const own = await sign({ ...leaf, issuer: 'self' });
    return { ...own, chain: [], authority: own };
  }
  const authority =
    kind === 'wrong-ca' || !wanted.authority
      ? await makeAuthority({
          now,
          name: kind === 'wrong-ca' ? 'A CA nobody knows' : 'Gatehouse workshop CA',
        })
      : wanted.authority;
  const issuers = [authority];
  let issuer = authority;
  for (let level = wanted.depth ?? 0; level > 0; level -= 1) {
    issuer = await sign({
      subject: `Intermediate CA ${level}`,
      issuer,
      from: now - DAY,
      to: now + 2 * life,
      is: 'authority',
    });
    issuers.unshift(issuer);
  }
  const { cert, key } = await sign({ ...leaf, issuer });
  const chain = issuers.map((one) => one.cert);
  const made = { cert: [cert, ...chain].join(''), key, chain, authority };
  if (kind !== 'revoked') return made;
  // OpenSSL asks for a list of each CA in a chain, once it is given any.
  const lists = issuers.map((one) => makeRevocations({ authority: one, now, revoked: one === issuer ? [cert] : [] }));
  return { ...made, revocations: (await Promise.all(lists)).join('') };
}

function validity(kind: MadeKind, now: number): { readonly from: number; readonly to: number } {
  if (kind === 'expired') return { from: now - life, to: now - DAY };
  if (kind === 'not-yet-valid') return { from: now + 7 * DAY, to: now + life };
  return { from: now - DAY, to: now + life };
}

function otherUsage(usage: Usage): Usage {
  return usage === 'server' ? 'client' : 'server';
}
