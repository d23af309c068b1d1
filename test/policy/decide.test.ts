// Deciding: the order of checks, where a stage stops, and what a verdict says.
import { describe, expect, it } from 'vitest';
import type { SpfAnswer } from '../../core/contract/senderAnswers.ts';
import { decide, spoken } from '../../core/policy/decide.ts';
import { FlowCounters } from '../../core/policy/flow.ts';
import { stageTable } from '../../core/policy/stages.ts';
import { contextOf, mailbox, mx, settingsOf, spfAnswer, submission, sync } from './facts.ts';

const noSpf = { sender: { spf: { ehlo: false, mailFrom: false } } };

describe('the table of stages', () => {
  it('is the order scenarios and the window rely on', () => {
    const order = Object.fromEntries(
      Object.entries(stageTable).map(([stage, checks]) => [stage, checks.map(({ name }) => name)]),
    );
    expect(order).toEqual({
      connect: ['peer-ban', 'flow', 'access', 'rule-flow', 'early-talk'],
      tls: ['tls-rate', 'client-certificate'],
      ehlo: ['spf-ehlo', 'reverse-dns', 'ehlo-name', 'dnsbl', 'domain-list'],
      auth: ['login-ban', 'mechanism', 'failed-login-rate', 'login-delay', 'credentials'],
      mail: [
        'session-messages',
        'message-rate',
        'grammar',
        'submission-login',
        'sender-login',
        'declared-size',
        'spf-mail',
        'reverse-dns',
        'ehlo-name',
        'sender-domain',
        'dnsbl',
        'domain-list',
      ],
      rcpt: [
        'recipient-rate',
        'grammar',
        'recipient-limit',
        'relay',
        'local-login',
        'recipient-known',
        'null-sender-rate',
        'spf-rcpt',
        'reverse-dns',
        'ehlo-name',
        'sender-domain',
        'dnsbl',
        'domain-list',
        'greylist',
      ],
      data: [],
      headers: ['header-size', 'received-loop', 'delivered-to', 'from-login'],
      body: ['size'],
      message: [
        'line-endings',
        'nul',
        'long-lines',
        'eight-bit',
        'work',
        'header-from',
        'header-no-from',
        'header-syntax',
        'duplicate-fields',
        'look-alike',
        'dkim',
        'dkim-replay',
        'arc',
        'dmarc',
        'spf-message',
        'reverse-dns',
        'ehlo-name',
        'sender-domain',
        'dnsbl',
        'domain-list',
      ],
      line: ['foreign-protocol', 'command-line', 'pipelining', 'starttls-injection'],
      command: ['wrong-commands', 'failed-logins', 'session-commands', 'session-junk'],
    });
  });

  it('has checks with names of their own and a group that exists', () => {
    const checks = [...new Set(Object.values(stageTable).flat())];
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
    const groups = Object.keys(settingsOf());
    expect(checks.filter(({ group }) => !groups.includes(group))).toEqual([]);
    expect(checks.filter(({ name, title }) => !/^[a-z-]+$/.test(name) || title === '')).toEqual([]);
  });
});

describe('decide', () => {
  it('stops at the first finding that refuses, and names it', () => {
    const context = contextOf({
      settings: { listeners: [submission], acceptance: { maxDataSize: 1 } },
      transaction: { declaredSize: 9999 },
    });
    expect(sync(decide('mail', context))).toEqual({
      stage: 'mail',
      action: 'refuse',
      reason: 'login-required',
      because: 'the client has not logged in',
      findings: [
        {
          check: 'submission-login',
          action: 'refuse',
          reason: 'login-required',
          text: 'MAIL without a login on a submission listener',
          setting: 'authentication.submissionLogin',
          value: true,
        },
      ],
      decider: 0,
      basis: 'assumed',
      rfc: 'RFC 4954 section 6; RFC 6409 section 4.3',
    });
  });

  it('keeps what was found before the decider', () => {
    const settings = { domains: { local: [{ name: 'gate.example', accept: 'listed' as const, recipients: [] }] } };
    const verdict = sync(
      decide('rcpt', contextOf({ settings, transaction: { recipient: mailbox('x@gate.example') } })),
    );
    expect([
      verdict.action,
      verdict.reason,
      verdict.decider,
      verdict.findings.map(({ check, action }) => `${check} ${action}`),
    ]).toEqual([
      'refuse',
      'unknown-recipient',
      2,
      ['recipient-limit record', 'relay record', 'recipient-known refuse'],
    ]);
  });

  it('says how the session ends when it drops', () => {
    const closes = (answer: 'reply' | 'silent') => {
      const settings = { flow: { service: { maxConnections: 1, answer: { maxConnections: answer } } } };
      const counters = new FlowCounters(() => 0);
      const whole = settingsOf(settings);
      counters.enter({ settings: whole, listenerIndex: 0, address: '192.0.2.1' });
      const { counts } = counters.enter({ settings: whole, listenerIndex: 0, address: '192.0.2.1' });
      const verdict = sync(decide('connect', contextOf({ settings, flow: counts })));
      return [verdict.action, verdict.reason, verdict.closes, verdict.findings.map(({ text }) => text)];
    };
    const texts = [
      '2 of 200 at once on listener mx, 2 of 20 from this peer; new in the interval: 2 of 600, 2 of 600 from this peer',
      '2nd simultaneous connection over all listeners, 1 allowed; relief when one of them closes',
    ];
    expect(closes('reply')).toEqual(['drop', 'too-many-connections', 'reply', texts]);
    expect(closes('silent')).toEqual(['drop', 'too-many-connections', 'silent', texts]);
    const command = sync(decide('command', contextOf({ session: { failedLogins: 6 } })));
    expect([command.action, command.reason, command.because, command.closes]).toEqual([
      'drop',
      'too-many-logins',
      'too many failed logins in one session',
      'reply',
    ]);
    const refused = sync(decide('connect', contextOf({ settings: { access: { last: 'deny', refusal: '554' } } })));
    expect([refused.action, refused.reason, refused.closes]).toEqual(['refuse', 'access-refused', undefined]);
  });

  it('counts wrong commands before failed logins', () => {
    const context = contextOf({ session: { failedLogins: 6, wrongCommands: 21 } });
    expect(sync(decide('command', context)).reason).toBe('too-many-errors');
  });

  it.each([
    ['connect', 'greeting'],
    ['tls', 'tls-up'],
    ['ehlo', 'ehlo-ok'],
    ['auth', 'auth-ok'],
    ['mail', 'mail-ok'],
    ['rcpt', 'rcpt-ok'],
    ['data', 'data-go'],
    ['message', 'message-ok'],
  ] as const)('accepts at %s with %s', (stage, reason) => {
    const verdict = sync(decide(stage, contextOf({ settings: noSpf })));
    expect([verdict.stage, verdict.action, verdict.reason, verdict.decider, verdict.closes]).toEqual([
      stage,
      'accept',
      reason,
      undefined,
      undefined,
    ]);
  });

  it('goes on with AUTH while the exchange is pending, and answers HELO as HELO', () => {
    const auth = sync(decide('auth', contextOf({ login: { mechanism: 'PLAIN', result: 'pending' } })));
    expect([auth.action, auth.reason]).toEqual(['accept', 'auth-continue']);
    const helo = sync(
      decide('ehlo', contextOf({ settings: noSpf, session: { helo: { verb: 'HELO', name: 'a.example' } } })),
    );
    expect(helo.reason).toBe('helo-ok');
  });

  it('gives the same verdict object when the same was found', () => {
    const context = contextOf({ settings: noSpf, transaction: { recipient: mailbox('x@gate.example') } });
    expect(sync(decide('rcpt', context))).toBe(sync(decide('rcpt', context)));
    expect(sync(decide('data', context))).toBe(sync(decide('data', context)));
    const other = contextOf({
      settings: noSpf,
      transaction: { recipients: [mailbox('y@gate.example')], recipient: mailbox('x@gate.example') },
    });
    expect(sync(decide('rcpt', other)).findings[0]?.text).toBe('2nd recipient, 1,000 allowed');
  });

  it('waits for what is asked outside, goes on behind it, and says how long it took', async () => {
    let now = 0;
    const answers: Record<string, SpfAnswer> = { mailfrom: spfAnswer({ result: 'pass', identity: 'mailfrom' }) };
    const context = contextOf({
      settings: { listeners: [mx] },
      transaction: { declaredSize: 1 },
      elapsed: () => now,
      spf: async (identity) => {
        await Promise.resolve();
        now += 12.34;
        return answers[identity] ?? Promise.reject(new Error(identity));
      },
    });
    const verdict = await decide('mail', context);
    expect([verdict.action, verdict.ms, verdict.findings.map(({ check, ms }) => [check, ms])]).toEqual([
      'accept',
      12.3,
      [
        ['declared-size', undefined],
        ['spf-mail', 12.3],
      ],
    ]);
  });

  it('leaves a throw of a check to the session', async () => {
    await expect(decide('mail', contextOf({ transaction: {} }))).rejects.toThrow('SPF was not to be asked');
  });
});

describe('spoken', () => {
  it.each([
    ['noop-ok', 'accept', undefined],
    ['auth-continue', 'accept', undefined],
    ['fault', 'defer', undefined],
    ['unknown-command', 'refuse', undefined],
    ['idle', 'drop', 'reply'],
  ] as const)('%s: %s', (reason, action, closes) => {
    const verdict = spoken(reason, 'command', 'why');
    expect([verdict.action, verdict.closes, verdict.because, verdict.findings]).toEqual([action, closes, 'why', []]);
  });

  it('is the same object while the reason is the same, and another when it is not', () => {
    expect(spoken('syntax', 'mail', 'a')).toBe(spoken('syntax', 'mail', 'a'));
    expect(spoken('syntax', 'mail', 'b').because).toBe('b');
    expect(spoken('syntax', 'rcpt', 'b').stage).toBe('rcpt');
  });
});
