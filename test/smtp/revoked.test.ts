// Revoked client certificates: the lists of a file count, a CA without one has a clear word, and bad files have their remedy.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foldTranscript, transcriptText } from '../../core/contract/transcript.ts';
import { workshop } from '../../core/smtp/certificates.ts';
import { realWorld } from '../../core/world/real.ts';
import { makeRevocations } from '../../core/world/revocation.ts';
import { type CertificateWanted, makeCertificate, type MadeCertificate } from '../../core/world/workshop.ts';
import { certificates, Client, grounds, mx, ofKind } from './playground.ts';

const start = grounds();
const now = Date.now();
const DAY = 86_400_000;
const { authority } = await workshop({ world: realWorld, folder: certificates, hostname: 'gate.example' });
const made = (over: Partial<CertificateWanted> = {}): Promise<MadeCertificate> =>
  makeCertificate({ kind: 'good', names: ['client.example'], now, authority, usage: 'client', ...over });
const good = await made();
const revoked = await made({ kind: 'revoked' });
const between = await made({ depth: 1 });

const written = (name: string, text: string) => {
  const file = join(certificates, name);
  writeFileSync(file, text);
  return file;
};
const asking = (clientCrlFile: string, clientCertificate = 'require', tls = 'implicit') =>
  start({ listeners: [{ ...mx, tls, security: { clientCertificate, clientCrlFile } } as typeof mx] });

async function enter(port: number, pem: MadeCertificate, maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3') {
  const client = await Client.open(port);
  await client.secure({ cert: pem.cert, key: pem.key, maxVersion });
  const heard = await client.reply();
  if (!heard.startsWith('421')) await client.ask('QUIT');
  return heard.replace(/^(\d+) \S+ (?:ESMTP.*)?/, '$1 ');
}

const refusal = (cause: string) => `421 A client certificate that is trusted here is needed: ${cause}`;

describe('a client certificate', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('that was revoked is named so (%s)', async (version) => {
    const g = await asking(written('crl.pem', revoked.revocations ?? ''));
    expect(g.receiver.state().listeners[0]).not.toHaveProperty('error');
    expect(await enter(g.port(), revoked, version)).toBe(refusal('it was revoked'));
    expect(await enter(g.port(), good, version)).toMatch(/^220 /);
    const up = ofKind(await g.events(), 'tls').at(-1);
    expect(up?.state === 'up' && up.facts.client).toMatchObject({ trusted: false, error: 'CERT_REVOKED' });
  });

  test('that was revoked is good where no list is named, and a finding where none is needed', async () => {
    const none = await asking('');
    expect(await enter(none.port(), revoked)).toMatch(/^220 /);
    const asked = await asking(written('crl.pem', revoked.revocations ?? ''), 'request');
    expect(await enter(asked.port(), revoked)).toMatch(/^220 /);
    const [verdict] = ofKind(await asked.events(), 'verdict');
    expect(verdict?.verdict.findings[0]?.text).toMatch(/^it was revoked: CN=client\.example/);
    expect(verdict?.verdict.because).not.toContain('STARTTLS');
    expect(transcriptText(foldTranscript(await asked.events()))).toContain('noted: it was revoked: CN=client.example');
  });

  test('of a CA between that has no list is told why, and is good once it has one', async () => {
    const list = await makeRevocations({ authority, now, revoked: [] });
    const without = await asking(written('without.pem', list));
    expect(await enter(without.port(), between)).toBe(
      refusal('one of its CAs has no list of revoked certificates here'),
    );
    const deep = await made({ kind: 'revoked', depth: 1 });
    const all = await asking(written('all.pem', deep.revocations ?? ''));
    expect(await enter(all.port(), deep)).toBe(refusal('it was revoked'));
    expect(await enter(all.port(), good)).toMatch(/^220 /);
  });

  test('under a list that is out of date is told why, and the listener warns', async () => {
    const old = await makeRevocations({ authority, now: now - 900 * DAY, revoked: [] });
    const g = await asking(written('old.pem', old));
    expect(await enter(g.port(), good)).toBe(
      refusal('the list of revoked certificates of one of its CAs is out of date here'),
    );
    expect(g.receiver.state().listeners[0]).toMatchObject({
      state: 'listening',
      error: expect.stringMatching(
        /old\.pem: the CRL of CN=Gatehouse test CA is out of date since .*Fetch the next/,
      ) as string,
    });
  });
});

describe('a file of lists', () => {
  test('without one of the trusted CA is a warning that says so', async () => {
    const stranger = await made({ kind: 'revoked', authority: (await made({ kind: 'wrong-ca' })).authority });
    const g = await asking(written('stranger.pem', stranger.revocations ?? ''));
    expect(g.receiver.state().listeners[0]).toMatchObject({
      state: 'listening',
      error: expect.stringMatching(
        /stranger\.pem: there is no CRL of the client CA CN=Gatehouse test CA in it, so .*Add its CRL/,
      ) as string,
    });
    expect(await enter(g.port(), good)).toBe(refusal('one of its CAs has no list of revoked certificates here'));
  });

  test.each<[string, string, RegExp]>([
    ['empty', '', /crl\.bad: the file is empty/],
    ['no PEM', 'hello', /crl\.bad: no CRL in it\. .*openssl crl -inform DER -in \S+crl\.bad -out crl\.pem$/],
    ['of certificates', good.cert, /crl\.bad: no CRL in it/],
    [
      'damaged',
      `${revoked.revocations}-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n`,
      /crl\.bad: the second CRL in it is damaged/,
    ],
  ])('that is %s is the listener’s error', async (_name, text, error) => {
    const g = await asking(written('crl.bad', text));
    expect(g.receiver.state().listeners[0]).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(error) as string,
    });
  });

  test('that is missing is the listener’s error, and not looked at where no certificate is asked for', async () => {
    const file = join(certificates, 'no.crl');
    const g = await asking(file);
    expect(g.receiver.state().listeners[0]?.error).toBe(
      `${file}: there is no such CRL file. Check the path; a relative one starts at the folder of the configuration.`,
    );
    const off = await asking(file, 'off');
    expect(off.receiver.state().listeners[0]?.state).toBe('listening');
  });
});
