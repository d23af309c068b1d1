// Holds the certificate workshop to what each kind says, as OpenSSL sees it.
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeAuthority } from '../../core/world/authority.ts';
import { makeCertificate, type MadeKind, madeKinds, otherName } from '../../core/world/workshop.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-workshop-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const now = Date.now();
const names = ['mail.example', '192.0.2.1'];
const authority = await makeAuthority({ now, name: 'A test CA' });

/** What `openssl verify` says: OK, or its numbered error. */
function verified(cert: string, trusted: string, usage: 'server' | 'client', over: string[] = []): string {
  const [leaf, ca] = [join(folder, 'leaf.pem'), join(folder, 'ca.pem')];
  writeFileSync(leaf, cert);
  writeFileSync(ca, trusted);
  const purpose = usage === 'server' ? 'sslserver' : 'sslclient';
  const args = ['verify', '-purpose', purpose, '-auth_level', '2', '-CAfile', ca, '-untrusted', leaf, ...over];
  try {
    return execFileSync(
      'openssl',
      [...args, ...(usage === 'server' ? ['-verify_hostname', 'mail.example'] : []), leaf],
      {
        encoding: 'utf8',
        stdio: 'pipe',
      },
    )
      .trim()
      .replace(/^.*: /, '');
  } catch (error) {
    return /error \d+ at \d+ depth lookup: ?(.*)/.exec((error as { stderr: string }).stderr)?.[1] ?? String(error);
  }
}

const wrong: Readonly<Record<MadeKind, RegExp>> = {
  good: /^OK$/,
  expired: /expired/,
  'not-yet-valid': /not yet valid/,
  'wrong-name': /[Hh]ostname mismatch/,
  'wrong-ca': /unable to get (?:local )?issuer|self-signed certificate in/,
  'wrong-usage': /purpose/,
  'self-signed': /self-signed/,
  'weak-key': /too weak/,
  // To those who do not know the list; with it, see below.
  revoked: /^OK$/,
};

describe.skipIf(spawnSync('openssl', ['version']).status !== 0)('the workshop', () => {
  test.each(madeKinds)('makes a server certificate that is %s', async (kind) => {
    const made = await makeCertificate({
      kind,
      names,
      now,
      authority,
      usage: 'server',
    });
    expect(verified(made.cert, authority.cert, 'server')).toMatch(wrong[kind]);
    expect(new X509Certificate(made.cert).subject).toBe(`CN=${kind === 'wrong-name' ? otherName : 'mail.example'}`);
  });

  test.each(madeKinds.filter((kind) => kind !== 'wrong-name'))(
    'makes a client certificate that is %s',
    async (kind) => {
      const made = await makeCertificate({
        kind,
        names,
        now,
        authority,
        usage: 'client',
      });
      expect(verified(made.cert, authority.cert, 'client')).toMatch(wrong[kind]);
    },
  );

  test('makes lists of all CAs above one that is revoked', async () => {
    const made = await makeCertificate({ kind: 'revoked', names, now, authority, usage: 'server', depth: 1 });
    const list = join(folder, 'crl.pem');
    writeFileSync(list, made.revocations ?? '');
    expect(made.revocations?.match(/BEGIN X509 CRL/g)).toHaveLength(2);
    expect(verified(made.cert, authority.cert, 'server', ['-crl_check_all', '-CRLfile', list])).toBe(
      'certificate revoked',
    );
  });

  test('puts CAs between a certificate and its authority', async () => {
    const made = await makeCertificate({
      kind: 'good',
      names,
      now,
      authority,
      usage: 'server',
      depth: 3,
    });
    expect(made.chain).toHaveLength(4);
    expect(made.cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(5);
    expect(verified(made.cert, authority.cert, 'server')).toBe('OK');
  });

  test('makes an authority of its own where none is given, and takes names as they are', async () => {
    const made = await makeCertificate({
      kind: 'good',
      names: ['*.x, CN=y'],
      now,
      usage: 'server',
    });
    expect(new X509Certificate(made.authority.cert).subject).toBe('CN=Gatehouse workshop CA');
    expect(new X509Certificate(made.cert).subject).toContain('*.x');
  });
});
