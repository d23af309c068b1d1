// openssl s_client, talked through by hand: a whole mail over STARTTLS and implicit TLS, versions, SNI, client certificates.
import { afterEach, expect, test } from 'vitest';
import { type Ground, password, plainResponse, user } from '../smtp/playground.ts';
import { describeWith } from '../tooling/programs.ts';
import { makeClientCertificate } from './clientCertificate.ts';
import { Conversation, folderOf, run } from './running.ts';
import { arrival, arrivals, authority, body, crossed, letter, relay, sender, submission, yard } from './yard.ts';

const dotted = (text: Buffer) => crossed(text).toString('latin1').replaceAll(/^\./gm, '..');

describeWith('openssl', 'openssl s_client', (program) => {
  const folder = folderOf('openssl');
  let g: Ground | undefined;
  afterEach(async () => {
    await g?.close();
    g = undefined;
  });

  const argumentsOf = (mode: string, port: number): string[] => [
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-quiet', '-CAfile', authority],
    ...['-verify_return_error', '-verify_hostname', 'localhost', '-servername', 'localhost'],
    ...(mode === 'starttls' ? ['-starttls', 'smtp', '-name', 'first.client.example'] : []),
  ];

  /** From EHLO to QUIT. With STARTTLS the greeting was eaten by s_client. */
  const mail = async (talk: Conversation, mode: string, login = false): Promise<number | null> => {
    if (mode === 'implicit') await talk.hear(/^220 gate\.example .*\r\n/m);
    else await talk.hear(/^250 /m);
    await talk.say('EHLO client.example\r\n', /^250 [^]*\r\n/m);
    if (login) await talk.say(`AUTH PLAIN ${plainResponse(user, password)}\r\n`, /^235 /m);
    await talk.say(`MAIL FROM:<${sender}> BODY=8BITMIME\r\n`, /^250 2\.1\.0 /m);
    await talk.say('RCPT TO:<b@gate.example>\r\n', /^250 2\.1\.5 /m);
    await talk.say('DATA\r\n', /^354 /m);
    await talk.say(`${dotted(letter('b@gate.example'))}.\r\n`, /^250 2\.0\.0 /m);
    await talk.say('QUIT\r\n', /^221 /m);
    return talk.end();
  };

  test.each([
    ['starttls', '-tls1_2', 'TLSv1.2'],
    ['starttls', '-tls1_3', 'TLSv1.3'],
    ['implicit', '-tls1_2', 'TLSv1.2'],
    ['implicit', '-tls1_3', 'TLSv1.3'],
  ])('carries a mail over %s with %s', async (mode, version, protocol) => {
    g = await yard(relay);
    const talk = new Conversation(program, [...argumentsOf(mode, g.port(mode)), version]);
    expect(await mail(talk, mode), talk.said).toBe(0);
    const came = await arrival(g);
    expect(came.body.equals(crossed(body))).toBe(true);
    expect(came.tls).toMatchObject({ protocol, sni: 'localhost', resumed: false });
    expect(came.closed).toBe('quit');
  });

  test.each(['starttls', 'implicit'])('logs in over %s', async (mode) => {
    g = await yard(submission);
    const talk = new Conversation(program, argumentsOf(mode, g.port(mode)));
    expect(await mail(talk, mode, true), talk.said).toBe(0);
    expect((await arrival(g)).envelope.user).toBe(user);
  });

  test('gets the cipher it asks for', async () => {
    g = await yard(relay);
    const cipher = ['-tls1_2', '-cipher', 'ECDHE-ECDSA-CHACHA20-POLY1305'];
    const talk = new Conversation(program, [...argumentsOf('implicit', g.port('implicit')), ...cipher]);
    expect(await mail(talk, 'implicit')).toBe(0);
    expect((await arrival(g)).tls?.cipher).toBe('ECDHE-ECDSA-CHACHA20-POLY1305');
  });

  test('hears an alert where it has no version of ours, and the transcript says so', async () => {
    g = await yard(relay.map((one) => ({ ...one, security: { versions: ['TLSv1.3'] } })));
    const { code, said } = await run(program, [...argumentsOf('implicit', g.port('implicit')), '-tls1_2']);
    expect(code).not.toBe(0);
    expect(said).toMatch(/alert protocol version/);
    const events = await g.events();
    expect(events.map((event) => (event.kind === 'tls' ? event.state : ''))).toContain('failed');
    expect(events.at(-1)).toMatchObject({ kind: 'close', reason: 'tls-error' });
  });

  test.each(['starttls', 'implicit'])('resumes its TLS session over %s', async (mode) => {
    g = await yard(relay);
    const ticket = `${folder()}/ticket-${mode}`;
    const first = new Conversation(program, [...argumentsOf(mode, g.port(mode)), '-sess_out', ticket]);
    expect(await mail(first, mode)).toBe(0);
    const second = new Conversation(program, [...argumentsOf(mode, g.port(mode)), '-sess_in', ticket]);
    expect(await mail(second, mode)).toBe(0);
    expect((await arrivals(g)).map(({ tls }) => tls?.resumed)).toEqual([false, true]);
  });

  test.each(['starttls', 'implicit'])('shows its certificate over %s where one is asked for', async (mode) => {
    g = await yard(relay.map((one) => ({ ...one, security: { clientCertificate: 'request' } })));
    const { cert, key } = await makeClientCertificate(program, folder());
    const talk = new Conversation(program, [...argumentsOf(mode, g.port(mode)), '-cert', cert, '-key', key]);
    expect(await mail(talk, mode)).toBe(0);
    const { tls } = await arrival(g);
    const fingerprint = await run(program, ['x509', '-in', cert, '-noout', '-fingerprint', '-sha256']);
    expect(tls?.client).toMatchObject({
      trusted: true,
      subject: expect.stringContaining('desk.client.example') as string,
    });
    expect(fingerprint.said).toContain(typeof tls?.client === 'object' ? tls.client.fingerprint : 'no certificate');
  });

  test.each(['expired', 'not-yet-valid', 'wrong-name', 'wrong-ca'] as const)(
    'turns away where our certificate is %s',
    async (kind) => {
      g = await yard(relay.map((one) => ({ ...one, certificate: { kind } })));
      const { code, said } = await run(program, argumentsOf('implicit', g.port('implicit')));
      expect(code).not.toBe(0);
      expect(said).toMatch(/verify error|verify failed/);
    },
  );
});
