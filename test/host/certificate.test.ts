// The command `certificate`: files a client can be tried with, and bad input told with its remedy.
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPem } from '../../core/smtp/pem.ts';
import { gatehouse } from './served.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-certificate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => join(folder, ...names);

describe('gatehouse certificate', () => {
  it('writes certificate, key and CA, and signs with a CA it made before', async () => {
    const out = at('one');
    const { code, out: said } = await gatehouse(
      'certificate',
      '--name',
      'mail.example,192.0.2.1',
      '--out',
      out,
      '--json',
    );
    const files = ['certificate.pem', 'key.pem', 'ca.pem'].map((name) => join(out, name));
    expect([code, JSON.parse(said)]).toEqual([0, { kind: 'good', files }]);
    const pem = { certFile: at('one', 'certificate.pem'), keyFile: at('one', 'key.pem'), now: Date.now() };
    expect((await loadPem(pem)).warnings).toEqual([]);
    const made = new X509Certificate(readFileSync(pem.certFile));
    expect([made.checkHost('mail.example'), made.checkIP('192.0.2.1')]).toEqual(['mail.example', '192.0.2.1']);
    if (process.platform !== 'win32') expect(statSync(pem.keyFile).mode & 0o077).toBe(0);
    const again = await gatehouse('certificate', '--name', 'mail.example', '--out', out);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('already exists') as string]);
  });

  it('makes what is wrong', async () => {
    const out = at('two');
    const args = ['--kind', 'expired', '--usage', 'client', '--depth', '2', '--name', 'client.example', '--out', out];
    expect((await gatehouse('certificate', ...args)).code).toBe(0);
    const text = readFileSync(join(out, 'certificate.pem'), 'utf8');
    const made = new X509Certificate(text);
    expect(Date.parse(made.validTo)).toBeLessThan(Date.now());
    expect(made.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(4);
  });

  it('names a mailbox in one for a client, as EXTERNAL reads it', async () => {
    const out = at('mailbox');
    const args = ['certificate', '--usage', 'client', '--name', 'ann@x.example', '--out', out];
    expect((await gatehouse(...args)).code).toBe(0);
    const made = new X509Certificate(readFileSync(join(out, 'certificate.pem')));
    expect(made.subjectAltName).toBe('email:ann@x.example');
  });

  it('writes the list a revoked one stands on', async () => {
    const out = at('three');
    const { code, out: said } = await gatehouse(
      ...['certificate', '--kind', 'revoked', '--usage', 'client', '--name', 'client.example', '--out', out, '--json'],
    );
    const files = ['certificate.pem', 'key.pem', 'ca.pem', 'crl.pem'].map((name) => join(out, name));
    expect([code, JSON.parse(said)]).toEqual([0, { kind: 'revoked', files }]);
    expect(readFileSync(join(out, 'crl.pem'), 'utf8')).toMatch(/^-----BEGIN X509 CRL-----\n/);
  });

  it.each([
    [['--name', 'a.example'], 'needs --out DIR'],
    [['--out', at('never')], 'needs --name NAME'],
    [['--out', at('never'), '--name', 'ann@x.example'], 'a mailbox needs --usage client'],
    [['--out', at('never'), '--name', 'bücher.example'], 'xn--'],
    [['--out', at('never'), '--name', 'a', '--kind', 'bad'], '--kind bad: expected good, expired'],
    [['--out', at('never'), '--name', 'a', '--usage', 'both'], '--usage both: expected server, client'],
    [['--out', at('never'), '--name', 'a', '--depth', '21'], '--depth 21: expected a number from 0 to 20'],
    [['--out', at('never'), '--name', 'a', '--ca', '/no/such.pem'], '/no/such.pem: there is no such certificate file'],
    [['--out', at('never'), '--name', 'a', '--ca-key', 'x'], '--ca-key needs --ca FILE'],
    [['a.example'], 'did you mean --name NAME?'],
    [['--out', at('never'), '--name', 'a', '--ca', at('one', 'ca.pem')], 'Name the key file in --ca-key'],
  ])('refuses %j with 2 and a reason', async (args, reason) => {
    const { code, out, err } = await gatehouse('certificate', ...args);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(reason)]);
    expect(existsSync(at('never'))).toBe(false);
  });
});
