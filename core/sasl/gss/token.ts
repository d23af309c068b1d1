// What a GSSAPI token is, from its first octets: enough to tell people, nothing that would let anyone log in (RFC 2743 section 3.1).
const kerberosV5 = '2a864886f712010202';
const mechanisms: Readonly<Record<string, string>> = {
  [kerberosV5]: 'Kerberos V5',
  '2b0601050502': 'SPNEGO',
  '2a864882f712010202': 'Kerberos V5 (Microsoft’s number)',
  '2b06010401823702020a': 'NTLMSSP',
};

/** RFC 4121 section 4.1: the first two octets of a token of Kerberos V5. */
const kinds: Readonly<Record<string, string>> = {
  '0100': 'AP-REQ',
  '0200': 'AP-REP',
  '0300': 'KRB-ERROR',
  '0404': 'MIC token',
  '0504': 'wrap token',
};

/** E.g. `Kerberos V5 AP-REQ`, `wrap token`, `no GSSAPI token`. */
export function tokenKind(token: Uint8Array): string {
  const hex = (from: number, octets: number) => Buffer.from(token.subarray(from, from + octets)).toString('hex');
  const bare = kinds[hex(0, 2)];
  if (bare !== undefined && token.length >= 16) return bare;
  if (token[0] !== 0x60) return 'no GSSAPI token';
  // The length of the whole is one octet, or as many more as its low bits say.
  const length = token[1] ?? 0;
  const at = length < 0x80 ? 2 : 2 + (length & 0x7f);
  if (token[at] !== 0x06) return 'no GSSAPI token';
  const octets = token[at + 1] ?? 0;
  const oid = hex(at + 2, octets);
  const name = mechanisms[oid] ?? 'unknown mechanism';
  return oid === kerberosV5 ? `${name} ${kinds[hex(at + 2 + octets, 2)] ?? 'token'}` : `${name} token`;
}
