// The login mechanisms there are, as a table: what each needs, how strong it is, and where it may be offered at all.

/** What a mechanism is checked against. */
export type Needs =
  /** The password itself crosses, and is checked; a directory can do that by binding. */
  | 'password'
  /** Something derived from the password must be kept for this mechanism: no directory gives it out. */
  | 'secret'
  /** A bearer token: a signed one (JWT), or one of the list of tokens. */
  | 'token'
  /** The client certificate of the TLS handshake. */
  | 'certificate'
  /** A Kerberos ticket, and a keytab on our side. */
  | 'ticket';

/**
 * `plaintext`: who hears it has the password or token. `weak`: historic or with known attacks, and what is kept for it logs in
 * as good as the password. `strong`: neither.
 */
export type Strength = 'plaintext' | 'weak' | 'strong';

interface MechanismFacts {
  readonly title: string;
  readonly help: string;
  readonly rfc: string;
  readonly needs: Needs;
  readonly strength: Strength;
  /** Only inside TLS: it is bound to the channel, or proved by the handshake. */
  readonly tlsOnly?: true;
  /** The server speaks first, so that an initial response is an error (RFC 4954 section 4). */
  readonly serverFirst?: true;
  /** It says who logs in and nothing else: nobody can be acted for. */
  readonly ownNameOnly?: true;
}

/** In the order a form lists them: strongest first. */
export const mechanismTable = {
  'SCRAM-SHA-256-PLUS': {
    title: 'SCRAM-SHA-256-PLUS',
    help: 'As SCRAM-SHA-256, and bound to this TLS connection, so that nobody in the middle can pass it on.',
    rfc: 'RFC 7677, RFC 9266, RFC 5929',
    needs: 'secret',
    strength: 'strong',
    tlsOnly: true,
  },
  'SCRAM-SHA-1-PLUS': {
    title: 'SCRAM-SHA-1-PLUS',
    help: 'As SCRAM-SHA-1, and bound to this TLS connection.',
    rfc: 'RFC 5802, RFC 9266, RFC 5929',
    needs: 'secret',
    strength: 'strong',
    tlsOnly: true,
  },
  'SCRAM-SHA-256': {
    title: 'SCRAM-SHA-256',
    help: 'Both sides prove that they know the password; what is kept is salted and logs nobody in.',
    rfc: 'RFC 7677',
    needs: 'secret',
    strength: 'strong',
  },
  'SCRAM-SHA-1': {
    title: 'SCRAM-SHA-1',
    help: 'As SCRAM-SHA-256, with the older hash.',
    rfc: 'RFC 5802',
    needs: 'secret',
    strength: 'strong',
  },
  GSSAPI: {
    title: 'GSSAPI',
    help: 'Kerberos V5: the client shows a ticket, no password crosses. Needs a keytab.',
    rfc: 'RFC 4752',
    needs: 'ticket',
    strength: 'strong',
  },
  EXTERNAL: {
    title: 'EXTERNAL',
    help: 'The client certificate of the TLS handshake says who it is. Offered only to clients that showed one we trust.',
    rfc: 'RFC 4422 appendix A',
    needs: 'certificate',
    strength: 'strong',
    tlsOnly: true,
  },
  OAUTHBEARER: {
    title: 'OAUTHBEARER',
    help: 'A bearer token in place of a password: whoever hears it can use it until it expires.',
    rfc: 'RFC 7628',
    needs: 'token',
    strength: 'plaintext',
  },
  XOAUTH2: {
    title: 'XOAUTH2',
    help: 'The older form of OAUTHBEARER that Google and Microsoft ask for.',
    rfc: 'Google, OAuth 2.0 Mechanism',
    needs: 'token',
    strength: 'plaintext',
    ownNameOnly: true,
  },
  'CRAM-MD5': {
    title: 'CRAM-MD5',
    help: 'Proves the password without sending it. Historic: what is kept for it logs in as good as the password.',
    rfc: 'RFC 2195',
    needs: 'secret',
    strength: 'weak',
    serverFirst: true,
    ownNameOnly: true,
  },
  'DIGEST-MD5': {
    title: 'DIGEST-MD5',
    help: 'Proves the password without sending it. Historic (RFC 6331): what is kept for it logs in as good as the password, and is bound to a realm.',
    rfc: 'RFC 2831',
    needs: 'secret',
    strength: 'weak',
    serverFirst: true,
  },
  PLAIN: {
    title: 'PLAIN',
    help: 'Sends the password as it is.',
    rfc: 'RFC 4616',
    needs: 'password',
    strength: 'plaintext',
  },
  LOGIN: {
    title: 'LOGIN',
    help: 'Sends the password as it is, in an older dialogue.',
    rfc: 'draft-murchison-sasl-login-00',
    needs: 'password',
    strength: 'plaintext',
    ownNameOnly: true,
  },
} as const satisfies Record<string, MechanismFacts>;

export type MechanismName = keyof typeof mechanismTable;

export const mechanismNames = Object.keys(mechanismTable) as readonly MechanismName[];

/** What the table says of a mechanism; undefined for one that does not exist here. */
export function mechanismFacts(name: string): MechanismFacts | undefined {
  return Object.hasOwn(mechanismTable, name) ? mechanismTable[name as MechanismName] : undefined;
}

/** Mechanisms that a form may list for connections in clear. */
export const clearMechanisms = mechanismNames.filter((name) => mechanismFacts(name)?.tlsOnly !== true);
