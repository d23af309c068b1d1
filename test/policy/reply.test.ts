// Replies: both dialects, enhanced codes on and off, placeholders, and nothing that breaks out of its line.
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../core/contract/facts.ts';
import type { Verdict } from '../../core/contract/verdict.ts';
import { spoken } from '../../core/policy/decide.ts';
import { type ReasonKey, reasons } from '../../core/policy/reasons.table.ts';
import { replyFor, replyTo } from '../../core/policy/reply.ts';
import { settingsOf } from './facts.ts';

const ours = settingsOf({ acceptance: { hostname: 'mx.example' } });
const axigen = settingsOf({
  acceptance: { hostname: 'mx.example', dialect: 'axigen', extensions: { enhancedStatusCodes: false } },
});
const said = (reason: ReasonKey, stage: Stage, settings = ours) => {
  const { code, lines } = replyFor(reason, { settings, stage });
  return lines.map((line) => `${code} ${line}`);
};

describe('replies', () => {
  it.each([
    ['greeting', 'connect', '220 mx.example ESMTP Gatehouse', '220 mx.example Axigen ESMTP ready'],
    ['ehlo-ok', 'ehlo', '250 mx.example at your service', '250 mx.example Axigen ESMTP hello'],
    ['mail-ok', 'mail', '250 2.1.0 Sender OK', '250 Sender accepted'],
    ['rcpt-ok', 'rcpt', '250 2.1.5 Recipient OK', '250 Recipient accepted'],
    [
      'data-go',
      'data',
      '354 Send the message, end with <CRLF>.<CRLF>',
      '354 Ready to receive data; remember <CRLF>.<CRLF>',
    ],
    ['message-ok', 'message', '250 2.0.0 Message stored', '250 Mail queued for delivery'],
    ['auth-failed', 'auth', '535 5.7.8 Authentication failed', '535 Authentication failed'],
    [
      'idle',
      'command',
      '421 4.4.2 mx.example Timeout, closing connection',
      '421 mx.example timeout expired waiting for data',
    ],
    ['quit-ok', 'command', '221 2.0.0 mx.example closing connection', '221 Good bye'],
    ['relay-denied', 'rcpt', '550 5.7.1 Relaying denied', '550 Relaying denied'],
    [
      'too-many-logins',
      'command',
      '421 4.7.0 mx.example Too many failed logins, closing connection',
      '421 mx.example Too many failed logins, closing connection',
    ],
  ] as const)('%s', (reason, stage, gatehouse, theirs) => {
    expect([said(reason, stage), said(reason, stage, axigen)]).toEqual([[gatehouse], [theirs]]);
  });

  it('never has an enhanced code on the greeting and the replies to EHLO and HELO, nor where the extension is off', () => {
    const off = settingsOf({ acceptance: { extensions: { enhancedStatusCodes: false } } });
    for (const reason of Object.keys(reasons) as ReasonKey[]) {
      for (const stage of ['connect', 'ehlo'] as const) {
        expect(replyFor(reason, { settings: ours, stage }).enhanced).toBeUndefined();
        expect(said(reason, stage)[0]).not.toMatch(/^\d{3} [245]\.\d+\.\d+ /);
      }
      expect(replyFor(reason, { settings: off, stage: 'mail' }).enhanced).toBeUndefined();
      expect(replyFor(reason, { settings: ours, stage: 'mail' }).enhanced).toBe(reasons[reason].enhanced);
    }
  });

  it('greets with the person’s own banner, taken as it is', () => {
    const settings = settingsOf({
      acceptance: { hostname: 'mx.example', dialect: 'axigen', banner: 'mail {host} [here] ä' },
    });
    expect(said('greeting', 'connect', settings)).toEqual(['220 mx.example mail {host} [here] ?']);
  });

  it('fills in what is known and leaves out what is not', () => {
    const lines = (reason: ReasonKey, values?: Record<string, string>) =>
      replyFor(reason, { settings: axigen, stage: 'rcpt', ...(values && { values }) }).lines;
    expect(lines('syntax', { detail: 'RCPT TO:<address>' })).toEqual(['Syntax error in parameters: RCPT TO:<address>']);
    expect(lines('syntax')).toEqual(['Syntax error in parameters']);
    const spf = { address: '192.0.2.1', domain: 'a.example', explanation: 'ask us' };
    expect(lines('spf-fail', spf)).toEqual([
      'SPF: 192.0.2.1 may not send for a.example',
      'The domain a.example explains: ask us',
    ]);
    expect(lines('spf-fail', { address: '192.0.2.1', domain: 'a.example' })).toEqual([
      'SPF: 192.0.2.1 may not send for a.example',
    ]);
    expect(lines('help')).toHaveLength(2);
  });

  it('keeps strange values within their line and the line within 512 octets', () => {
    const { code, lines } = replyFor('syntax', {
      settings: ours,
      stage: 'rcpt',
      values: { detail: `x\r\n250 OK\0ü${'y'.repeat(2000)}` },
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^5\.5\.4 Syntax error in parameters: x\?\?250 OK\?\?y+$/);
    expect(`${code} ${lines[0]}\r\n`.length).toBeLessThanOrEqual(512);
  });

  it('takes placeholders from the deciding finding', () => {
    const finding = {
      check: 'recipient-limit',
      text: '',
      action: 'defer',
      counter: { name: 'recipients', value: 6, limit: 5 },
    } as const;
    const verdict: Verdict = { ...spoken('too-many-recipients', 'rcpt', ''), findings: [finding], decider: 0 };
    expect(replyTo(verdict, ours)).toEqual({
      code: 452,
      enhanced: '4.5.3',
      lines: ['4.5.3 Too many recipients, 5 allowed'],
    });
    expect(replyTo(spoken('noop-ok', 'command', ''), ours)).toEqual({
      code: 250,
      enhanced: '2.0.0',
      lines: ['2.0.0 OK'],
    });
  });

  it('makes the same reply once', () => {
    const options = { settings: ours, stage: 'mail' } as const;
    expect(replyFor('mail-ok', options)).toBe(replyFor('mail-ok', options));
  });
});
