// Channel bindings: both ends of a TLS connection have the same, in STARTTLS and implicit TLS; where there is none, none is given.
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { createServer, connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { workshop } from '../../core/smtp/certificates.ts';
import { channelBinding, endPoint, hasExtendedSecret } from '../../core/smtp/channelBinding.ts';
import { realWorld } from '../../core/world/real.ts';
import { makeCertificate } from '../../core/world/workshop.ts';
import { ann, logIn, people } from './loggingIn.ts';
import { certificates, Client, grounds, mx, ofKind, password } from './playground.ts';

const start = grounds();
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-binding-'));

/** A certificate as OpenSSL signs it, self-signed. */
function signed(name: string, ...how: string[]): { readonly key: string; readonly cert: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const made = ['req', '-x509', '-nodes', '-subj', '/CN=gate.example', '-days', '9', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...made, ...how], { stdio: 'pipe' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

describe('tls-server-end-point', () => {
  const rsa = ['-newkey', 'rsa:2048'];
  const pss = (hash: string) => [...rsa, `-${hash}`, '-sigopt', 'rsa_padding_mode:pss'];
  test.each([
    ['SHA-256 with RSA', 'sha256', [...rsa, '-sha256']],
    ['SHA-1 with RSA', 'sha256', [...rsa, '-sha1']],
    ['MD5 with RSA', 'sha256', [...rsa, '-md5']],
    ['SHA-512 with RSA', 'sha512', [...rsa, '-sha512']],
    ['SHA-384 with RSASSA-PSS', 'sha384', pss('sha384')],
    ['SHA-1 with RSASSA-PSS', 'sha256', pss('sha1')],
    ['SHA-384 with ECDSA', 'sha384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-sha384']],
    ['Ed25519', 'sha512', ['-newkey', 'ed25519']],
  ] as const)('of a certificate signed by %s is its %s', (name, hash, how) => {
    const { raw } = new X509Certificate(signed(name.replaceAll(' ', '-'), ...how).cert);
    expect(endPoint(raw)?.toString('hex')).toBe(createHash(hash).update(raw).digest('hex'));
  });

  test('is none of Ed448, nor of what is no certificate', () => {
    expect(endPoint(new X509Certificate(signed('ed448', '-newkey', 'ed448').cert).raw)).toBeUndefined();
    for (const bytes of ['', '30', '3000', '3080', '30840000000000', '3003300100'])
      expect(endPoint(Buffer.from(bytes, 'hex')), bytes).toBeUndefined();
    expect(endPoint(undefined)).toBeUndefined();
    expect(endPoint(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }))).toBeUndefined();
  });
});

/** SSL_OP_NO_EXTENDED_MASTER_SECRET (OpenSSL 3.0, ssl.h), which Node has no name for. */
const noExtendedSecret = 1;

describe('tls-exporter', () => {
  /** Both ends of a connection of that version, its client with these options of OpenSSL. */
  async function both(version: SecureVersion, secureOptions = 0): Promise<readonly (Buffer | undefined)[]> {
    const pem = signed('exporter', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256');
    let ours: Buffer | undefined;
    const server = createServer(pem, (socket) => {
      ours = channelBinding(socket, 'tls-exporter');
      socket.end('done');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const theirs = await new Promise<Buffer>((resolve, reject) => {
      const client: TLSSocket = connect({
        port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        maxVersion: version,
        secureOptions,
      });
      let bytes: Buffer;
      client.on('secureConnect', () => {
        bytes = client.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
      });
      client.on('error', reject).on('data', () => undefined);
      client.on('close', () => resolve(bytes));
    });
    server.close();
    return [ours, theirs];
  }

  test.each(['TLSv1.3', 'TLSv1.2'] as const)('is the same 32 octets at both ends in %s', async (version) => {
    const [ours, theirs] = await both(version);
    expect(ours?.length).toBe(32);
    expect(ours).toEqual(theirs);
  });

  test('is none without extended master secret (RFC 9266 section 4.2), which TLS 1.3 needs not', async () => {
    expect((await both('TLSv1.2', noExtendedSecret))[0]).toBeUndefined();
    expect((await both('TLSv1.3', noExtendedSecret))[0]?.length).toBe(32);
    expect([undefined, Buffer.alloc(0), Buffer.from('300100', 'hex')].map(hasExtendedSecret)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe.each(['implicit', 'starttls'] as const)('a login on %s', (tls) => {
  async function secured() {
    const g = await start(
      {
        listeners: [{ ...mx, tls, security: { clientCertificate: 'request' } }],
        authentication: { secured: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'EXTERNAL'] },
      },
      { users: people() },
    );
    const connect = async (pem?: { readonly key: string; readonly cert: string }) => {
      const c = await Client.open(g.port());
      if (tls === 'starttls') {
        await c.hello();
        await c.ask('STARTTLS');
      }
      await c.secure(pem ? { key: pem.key, cert: pem.cert } : {});
      if (tls === 'implicit') await c.reply();
      return { c, ehlo: await c.ask('EHLO client.example') };
    };
    return { g, connect };
  }

  test.each(['tls-exporter', 'tls-server-end-point'] as const)(
    'is bound by %s, and to no other connection',
    async (binding) => {
      const { g, connect } = await secured();
      for (const mechanism of ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS'] as const) {
        const { c } = await connect();
        const other = await logIn(c, { mechanism, password, binding, fault: 'wrong-binding' });
        expect(other.reply).toMatch(/^535/);
        expect((await logIn(c, { mechanism, password, binding })).reply).toMatch(/^235/);
      }
      const oks = ofKind(g.journal.sessions[0]?.events ?? [], 'reply').filter(({ code }) => code === 235);
      expect(oks[0]?.verdict.findings.find(({ check }) => check === 'credentials')?.evidence).toMatchObject({
        binding,
      });
    },
  );

  test('is that of the address in the client’s certificate, offered to whoever shows a trusted one', async () => {
    const { g, connect } = await secured();
    const { authority } = await workshop({ world: realWorld, folder: certificates, hostname: 'gate.example' });
    const made = (names: string[], kind: 'good' | 'wrong-ca' = 'good') =>
      makeCertificate({ kind, names, now: Date.now(), authority, usage: 'client' });
    const { c, ehlo } = await connect(await made(['Ann', ann, 'dns.example']));
    expect(ehlo).toMatch(/AUTH [^\n]*EXTERNAL/);
    expect((await logIn(c, { mechanism: 'EXTERNAL' })).reply).toMatch(/^235/);
    await c.ask('QUIT');
    const up = ofKind(await g.events(), 'tls').at(-1);
    expect(up?.state === 'up' && up.facts.client).toMatchObject({ commonName: 'Ann', emails: [ann], trusted: true });
    const stranger = await connect(await made([ann], 'wrong-ca'));
    expect(stranger.ehlo).not.toContain('EXTERNAL');
    expect((await logIn(stranger.c, { mechanism: 'EXTERNAL' })).reply).toMatch(/^504/);
    const nobody = await connect(await made(['eve@gate.example']));
    expect((await logIn(nobody.c, { mechanism: 'EXTERNAL' })).reply).toMatch(/^535/);
  });
});
