// Holds certificates to working where they are good, and to an advice where they are not.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listener } from '../../core/contract/settings/listeners.ts';
import { authorityFile, identityOf, ownIdentity } from '../../core/smtp/certificates.ts';
import { CertificateError, loadPem } from '../../core/smtp/pem.ts';
import { makeAuthority, makeServer } from '../../core/world/authority.ts';
import { realWorld } from '../../core/world/real.ts';
import { makeCertificate } from '../../core/world/workshop.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'gatehouse-pem-'));
const now = Date.now();
const year = 365 * 86_400_000;

async function own(names = ['mail.example'], at = now) {
  const place = folder();
  const authority = await makeAuthority({ now: at, name: 'A CA' });
  const server = await makeServer({ now: at, authority, names });
  const certFile = join(place, 'cert.pem');
  const keyFile = join(place, 'key.pem');
  writeFileSync(certFile, server.cert);
  writeFileSync(keyFile, server.key);
  return { place, certFile, keyFile, ...server, authority };
}

const advice = async (certFile: string, keyFile: string) => {
  const error = await loadPem({ certFile, keyFile, now }).then(
    () => new Error('was taken'),
    (reason: unknown) => reason as Error,
  );
  expect(error).toBeInstanceOf(CertificateError);
  return error.message;
};

describe('the workbench’s own certificate', () => {
  test('is made once by a CA of its own, for the host name and loopback, and kept', async () => {
    const at = join(folder(), 'deep', 'tls');
    const options = { world: realWorld, folder: at, hostname: 'gate.example' };
    const [first, second] = await Promise.all([ownIdentity(options), ownIdentity(options)]);
    expect(second).toEqual(first);
    const certificate = new X509Certificate(first.cert);
    const ca = new X509Certificate(readFileSync(join(at, authorityFile)));
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect([certificate.ca, ca.ca]).toEqual([false, true]);
    expect(certificate.checkHost('gate.example')).toBe('gate.example');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect([certificate.checkIP('127.0.0.1'), certificate.checkIP('::1')]).toEqual(['127.0.0.1', '::1']);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    for (const file of readdirSync(at)) expect(statSync(join(at, file)).mode & 0o077).toBe(0);
  });

  test('is made anew for another host name by the same CA, and from scratch when a file is damaged', async () => {
    const at = folder();
    const options = { world: realWorld, folder: at, hostname: 'one.example' };
    const one = await ownIdentity(options);
    const ca = readFileSync(join(at, authorityFile), 'utf8');
    const two = await ownIdentity({ ...options, hostname: 'two.example' });
    expect(two.cert).not.toBe(one.cert);
    expect(readFileSync(join(at, authorityFile), 'utf8')).toBe(ca);
    writeFileSync(join(at, authorityFile), 'damaged');
    const three = await ownIdentity(options);
    expect(
      new X509Certificate(three.cert).verify(new X509Certificate(readFileSync(join(at, authorityFile))).publicKey),
    ).toBe(true);
  });

  test('is made anew when it is about to expire', async () => {
    const at = folder();
    const options = { world: realWorld, folder: at, hostname: 'gate.example' };
    const young = await ownIdentity(options);
    const later = await ownIdentity({ ...options, world: { ...realWorld, now: () => now + 3 * year } });
    expect(later.cert).not.toBe(young.cert);
    const muchLater = await ownIdentity({ ...options, world: { ...realWorld, now: () => now + 11 * year } });
    const ca = new X509Certificate(readFileSync(join(at, authorityFile)));
    expect(Date.parse(ca.validTo)).toBeGreaterThan(now + 20 * year);
    expect(new X509Certificate(muchLater.cert).verify(ca.publicKey)).toBe(true);
  });
});

describe('a person’s own certificate', () => {
  test('is taken with its chain, from one file or two, by a path from the configuration’s folder', async () => {
    const { place, certFile, keyFile, cert, key } = await own();
    const both = join(place, 'both.pem');
    writeFileSync(both, key + cert);
    for (const pair of [
      [certFile, keyFile],
      [both, both],
    ] as const) {
      const identity = await loadPem({ certFile: pair[0], keyFile: pair[1], now });
      expect(identity.cert.match(/BEGIN CERTIFICATE/g)?.length).toBe(2);
      expect(identity.warnings).toEqual([]);
    }
    const one = listener.parse({ name: 'a', address: '0.0.0.0:25', certificate: { certFile: 'both.pem' } });
    const identity = await identityOf(one, {
      world: realWorld,
      folder: place,
      hostname: 'x.example',
      baseFolder: place,
    });
    expect(new X509Certificate(identity.cert).checkHost('mail.example')).toBe('mail.example');
  });

  test('that has expired, or is not valid yet, is a warning', async () => {
    const old = await own(undefined, now - 4 * year);
    expect((await loadPem({ ...old, now })).warnings).toEqual([expect.stringContaining('expired on')]);
    const young = await own(undefined, now + year);
    expect((await loadPem({ ...young, now })).warnings).toEqual([expect.stringContaining('not valid before')]);
  });

  test('that cannot be used is refused with file, reason and remedy', async () => {
    const { place, certFile, keyFile } = await own();
    const other = await own();
    const missing = join(place, 'missing.pem');
    expect(await advice(missing, keyFile)).toMatch(/missing\.pem: there is no such certificate file\. Check the path/);
    expect(await advice(certFile, missing)).toMatch(/missing\.pem: there is no such key file\. Check the path/);
    expect(await advice(place, keyFile)).toMatch(/cannot be read \(EISDIR\)/);
    expect(await advice(certFile, other.keyFile)).toMatch(/does not belong to the certificate in .*cert\.pem\. Give/);
    expect(await advice(keyFile, keyFile)).toMatch(/key\.pem: no certificate in it\. A PEM file/);
    expect(await advice(certFile, certFile)).toMatch(
      /cert\.pem: no private key in it\. Name the key file in certificate\.keyFile/,
    );
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'geheim' },
    });
    const encrypted = join(place, 'encrypted.pem');
    writeFileSync(encrypted, privateKey);
    expect(await advice(certFile, encrypted)).toMatch(
      /encrypted\.pem: the key is encrypted.* openssl pkey -in .*encrypted\.pem -out key\.pem/,
    );
    const broken = join(place, 'broken.pem');
    writeFileSync(
      broken,
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    );
    expect(await advice(broken, keyFile)).toMatch(/broken\.pem: the first certificate in it is damaged/);
    expect(await advice(certFile, broken)).toMatch(/broken\.pem: the private key in it is damaged/);
    const half = listener.parse({ name: 'a', address: '0.0.0.0:25', certificate: { keyFile: 'key.pem' } });
    await expect(identityOf(half, { world: realWorld, folder: place, hostname: 'x' })).rejects.toThrow(
      'certificate.certFile is empty',
    );
  });

  test('whose chain is out of order, or whose file is empty, is told so; a weak key is a warning', async () => {
    const place = folder();
    const write = (name: string, text: string) => {
      writeFileSync(join(place, name), text);
      return join(place, name);
    };
    const made = await makeCertificate({ kind: 'good', names: ['mail.example'], now, usage: 'server', depth: 2 });
    const keyFile = write('key.pem', made.key);
    const [leaf = '', one = '', two = '', root = ''] = made.cert.split(/(?<=END CERTIFICATE-----\n)/);
    const swapped = write('swapped.pem', `${leaf}${two}${one}${root}`);
    expect(await advice(swapped, keyFile)).toMatch(
      /swapped\.pem: the chain is out of order: certificate 2 \(CN=Intermediate CA 2\) did not issue certificate 1 \(CN=mail\.example\)\. Put the server's own first/,
    );
    expect(await advice(write('upside-down.pem', `${root}${two}${one}${leaf}`), keyFile)).toMatch(
      /upside-down\.pem: the chain is out of order: the key belongs to certificate 4 in it/,
    );
    expect(await advice(write('empty.pem', ' \n'), keyFile)).toMatch(/empty\.pem: the file is empty/);
    expect(await advice(write('second.pem', `${leaf}${one.replace('MII', 'AII')}`), keyFile)).toMatch(
      /second\.pem: the second certificate in it is damaged/,
    );
    const weak = await makeCertificate({ kind: 'weak-key', names: ['mail.example'], now, usage: 'server' });
    const certFile = write('weak.pem', `${weak.cert}${weak.key}`);
    expect((await loadPem({ certFile, keyFile: certFile, now })).warnings).toEqual([
      expect.stringMatching(/weak\.pem: the key has 1024 bits/),
    ]);
  });

  test('by name, and for clients, stands in the files the settings say', async () => {
    const { certFile, keyFile } = await own(['named.example']);
    const at = folder();
    const options = { world: realWorld, folder: at, hostname: 'gate.example' };
    const one = listener.parse({
      name: 'a',
      address: '0.0.0.0:25',
      certificate: { sni: [{ name: 'named.example', certFile, keyFile }, { name: '*.made.example' }] },
      security: { clientCertificate: 'request', clientCaFile: 'ca.pem', keyLog: 'keys.txt' },
    });
    await expect(identityOf(one, { ...options, baseFolder: at })).rejects.toThrow('ca.pem: there is no such CA file');
    const identity = await identityOf(one, { ...options, baseFolder: at, imported: true });
    expect(identity.byName?.map(({ cert }) => new X509Certificate(cert).subjectAltName)).toEqual([
      'DNS:named.example',
      'DNS:*.made.example',
    ]);
    expect(identity.clientCa).toBe(readFileSync(join(at, authorityFile), 'utf8'));
    expect(identity.keyLog).toBe(join(at, 'keys.txt'));
    expect(identity.warnings).toEqual([expect.stringContaining('the test CA is trusted until')]);
    const half = listener.parse({
      name: 'a',
      address: '0.0.0.0:25',
      certificate: { sni: [{ name: 'named.example', keyFile }] },
    });
    await expect(identityOf(half, options)).rejects.toThrow('certificate.sni.0.certFile is empty');
  });

  test('by OpenSSL’s own judgement the chain holds', async () => {
    const at = folder();
    mkdirSync(at, { recursive: true });
    await ownIdentity({ world: realWorld, folder: at, hostname: 'gate.example' });
    const said = execFileSync('openssl', [
      'verify',
      '-x509_strict',
      '-CAfile',
      join(at, authorityFile),
      join(at, 'server.pem'),
    ]);
    expect(said.toString()).toMatch(/: OK\n$/);
  });

  test('of an imported configuration may have stayed on its server: the test certificate is shown, with a warning', async () => {
    const options = { world: realWorld, folder: join(folder(), 'tls'), hostname: 'gate.example', imported: true };
    const named = (certFile: string) =>
      listener.parse({ name: 'mx', address: '0.0.0.0:25', certificate: { certFile: join(options.folder, certFile) } });
    const stood = await identityOf(named('mail.pem'), options);
    expect(stood).toEqual({ ...(await ownIdentity(options)), warnings: [expect.stringContaining('mail.pem')] });
    expect(stood.warnings?.[0]).toContain('the test certificate is shown until a copy of the file is there');
    await expect(identityOf(named('mail.pem'), { ...options, imported: false })).rejects.toThrow(CertificateError);
    writeFileSync(join(options.folder, 'mail.pem'), 'not a certificate');
    await expect(identityOf(named('mail.pem'), options)).rejects.toThrow('no certificate in it');
  });
});
