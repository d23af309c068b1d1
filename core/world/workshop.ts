// The certificate workshop: certificates that are good or wrong in one way each, for servers and clients under test.
import { makeAuthority, type Pem, sign } from './authority.ts';
import { freshMint, type Lifetime, type Mint, type Usage } from './mint.ts';
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
  /** Host names, IP addresses and mail addresses; the first is the subject. `*.example` stands for one label. */
  readonly names: readonly string[];
  /** Wall clock, ms since 1970. */
  readonly now: number;
  /** The CA that signs; a new one unless given. `wrong-ca` and `self-signed` do without it. */
  readonly authority?: Pem;
  readonly usage: Usage;
  /** CAs between the certificate and the authority; 0 unless said. */
  readonly depth?: number;
  /** {@link freshMint} unless given. */
  readonly mint?: Mint | undefined;
  /** Its key is RSA of 2048 bits, which every version of TLS knows; an elliptic one otherwise. */
  readonly rsa?: boolean | undefined;
}

export interface MadeCertificate extends Pem {
  /** The chain behind the certificate in `cert`, down from its issuer: the CAs between, then the authority; empty when self-signed. */
  readonly chain: readonly string[];
  /** The CA it comes from: for `wrong-ca` one that nobody was told of, for `self-signed` the certificate itself. */
  readonly authority: Pem;
  /** Of a revoked one: the lists (CRLs) of all CAs above it, its issuer's first, as PEM. */
  readonly revocations?: string;
}

/** The name on a certificate for another name. */
export const otherName = 'another.example';
/** RSA keys of this size could be broken with effort, and no client should take them (NIST SP 800-131A). */
const weakBits = 1024;
const usualBits = 2048;

export async function makeCertificate(wanted: CertificateWanted): Promise<MadeCertificate> {
  const { kind, now, usage, mint = freshMint } = wanted;
  const names = kind === 'wrong-name' ? [otherName] : wanted.names.length > 0 ? wanted.names : ['localhost'];
  const leaf = {
    subject: names[0] ?? otherName,
    ...mint.span(lifetimeOf(kind), now),
    is: { usage: kind === 'wrong-usage' ? otherUsage(usage) : usage, names },
    ...(kind === 'weak-key' ? { rsaBits: weakBits } : wanted.rsa === true && { rsaBits: usualBits }),
    label: kind,
    mint,
  };
  if (kind === 'self-signed') {
    const own = await sign({ ...leaf, issuer: 'self' });
    return { ...own, chain: [], authority: own };
  }
  const authority =
    kind === 'wrong-ca' || !wanted.authority
      ? await makeAuthority({
          now,
          mint,
          name: kind === 'wrong-ca' ? 'A CA nobody knows' : 'Gatehouse workshop CA',
        })
      : wanted.authority;
  const issuers = [authority];
  let issuer = authority;
  for (let level = wanted.depth ?? 0; level > 0; level -= 1) {
    issuer = await sign({
      subject: `Intermediate CA ${level}`,
      issuer,
      ...mint.span('intermediate', now),
      is: 'authority',
      mint,
    });
    issuers.unshift(issuer);
  }
  const { cert, key } = await sign({ ...leaf, issuer });
  const chain = issuers.map((one) => one.cert);
  const made = { cert: [cert, ...chain].join(''), key, chain, authority };
  if (kind !== 'revoked') return made;
  // OpenSSL asks for a list of each CA in a chain, once it is given any.
  const lists = issuers.map((one) =>
    makeRevocations({ authority: one, now, mint, revoked: one === issuer ? [cert] : [] }),
  );
  return { ...made, revocations: (await Promise.all(lists)).join('') };
}

const lifetimeOf = (kind: MadeKind): Lifetime => (kind === 'expired' || kind === 'not-yet-valid' ? kind : 'good');

function otherUsage(usage: Usage): Usage {
  return usage === 'server' ? 'client' : 'server';
}
