// The trace fields of a message: their order, and what findings and marks put there.
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../core/contract/verdict.ts';
import { spoken } from '../../core/policy/decide.ts';
import { newSession } from '../../core/smtp/dialogue.ts';
import { keepMarks } from '../../core/smtp/marks.ts';
import { traceFields, type TraceOf } from '../../core/smtp/trace.ts';
import { contextOf, spfAnswer } from '../policy/facts.ts';

const of: TraceOf = {
  host: 'gate.example',
  session: 's1',
  message: 'm1',
  helo: { verb: 'EHLO', name: 'mail.remote.example' },
  peer: '192.0.2.1',
  secured: false,
  sender: { raw: 'a@remote.example', local: 'a', domain: 'remote.example' },
  recipients: [],
  at: 0,
};

const names = (text: string) => [...text.matchAll(/^([!-9;-~]+):/gm)].map(([, name]) => name);

describe('trace fields', () => {
  it('stand in the order of RFC 5321 section 4.4 and RFC 8601 section 4.1', () => {
    const text = traceFields({
      ...of,
      results: 'Authentication-Results: gate.example;\r\n\tnone',
      spf: [spfAnswer({ result: 'softfail', identity: 'mailfrom' })],
      marks: [{ check: 'reverse-dns', text: 'it has no name' }],
    });
    expect(names(text)).toEqual([
      'Return-Path',
      'Authentication-Results',
      'Received-SPF',
      'X-Gatehouse-Mark',
      'Received',
    ]);
    expect(text.endsWith('\r\n')).toBe(true);
    expect(text).not.toContain('\r\n\r\n');
  });

  it('keep what others wrote within its line', () => {
    const text = traceFields({ ...of, marks: [{ check: 'dnsbl', text: `a\r\nBcc: x\u{1F4A3}${'y'.repeat(2000)}` }] });
    expect(names(text)).toEqual(['Return-Path', 'X-Gatehouse-Mark', 'Received']);
    expect(text).toContain('X-Gatehouse-Mark: dnsbl;\r\n\ta??Bcc: x??yyy');
    expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThan(999);
  });
});

describe('marks', () => {
  const verdict = (stage: Verdict['stage'], ...findings: [string, 'mark' | 'record', string][]): Verdict => ({
    ...spoken('mail-ok', stage, 'why'),
    findings: findings.map(([check, action, text]) => ({ check, action, text })),
  });
  const facts = () => ({ ...contextOf({ transaction: {} }).facts, session: newSession() });

  it('stay with the message, each once; SPF has a field of its own', () => {
    const known = facts();
    keepMarks(verdict('mail', ['reverse-dns', 'mark', 'none'], ['spf-mail', 'mark', 'softfail']), known);
    keepMarks(verdict('rcpt', ['dnsbl', 'mark', 'listed'], ['ehlo-name', 'record', 'bare']), known);
    keepMarks(verdict('rcpt', ['dnsbl', 'mark', 'listed']), known);
    expect(known.transaction?.marks).toEqual([
      { check: 'reverse-dns', text: 'none' },
      { check: 'dnsbl', text: 'listed' },
    ]);
    expect(known.session.marks).toBeUndefined();
  });

  it('of EHLO stand until the next one, and what is refused leaves none', () => {
    const known = facts();
    keepMarks(verdict('ehlo', ['reverse-dns', 'mark', 'none']), known);
    expect(known.session.marks).toEqual([{ check: 'reverse-dns', text: 'none' }]);
    keepMarks({ ...verdict('ehlo', ['ehlo-name', 'mark', 'bare']), action: 'refuse' }, known);
    expect(known.session.marks).toEqual([{ check: 'reverse-dns', text: 'none' }]);
    keepMarks(verdict('ehlo'), known);
    expect(known.session.marks).toBeUndefined();
  });
});
