// What is odd among the settings about senders: warned of where it harms or does nothing, and nowhere else.
import { describe, expect, test } from 'vitest';
import { presetSettings } from '../core/contract/presets.ts';
import { presets } from '../core/contract/scenario.ts';
import { dnsAdvice, senderAdvice } from '../core/contract/senderAdvice.ts';
import { type SettingsInput, settingsSchema } from '../core/contract/settings/settings.ts';

type Sender = NonNullable<SettingsInput['sender']>;

const mx = { name: 'mx', role: 'mx', address: '0.0.0.0:25' } as const;
const submission = { name: 'users', role: 'submission', address: '0.0.0.0:587' } as const;

const paths = (sender: Sender) =>
  senderAdvice(settingsSchema.parse({ listeners: [mx, submission], sender })).map(({ path }) => path);

const list = { zone: 'bl.example' };

describe('the settings about senders', () => {
  test.each(presets)('of %s are not warned of', (preset) => {
    expect(senderAdvice(presetSettings(preset))).toEqual([]);
  });

  test.each<[string, Sender, string, Sender]>([
    [
      'users are shut out at EHLO',
      { reverseDns: { enabled: true, stage: 'ehlo', exemptSubmission: false } },
      'reverseDns.stage',
      { reverseDns: { enabled: true, stage: 'ehlo' } },
    ],
    [
      'a list acts at EHLO',
      { dnsbl: { lists: [list], stage: 'ehlo' } },
      'dnsbl.stage',
      { dnsbl: { lists: [{ ...list, enabled: false }], stage: 'ehlo' } },
    ],
    [
      'a silent list turns everybody away',
      { dnsbl: { lists: [list], silent: 'refuse' } },
      'dnsbl.silent',
      { dnsbl: { lists: [list], silent: 'defer' } },
    ],
    [
      'a silent list of domains does',
      { domainLists: { lists: [{ zone: 'dbl.example' }], silent: 'discard' } },
      'domainLists.silent',
      { domainLists: { silent: 'discard' } },
    ],
    [
      'DMARC has no SPF',
      { spf: { mailFrom: false }, dkim: { enabled: true }, dmarc: { enabled: true } },
      'dmarc.enabled',
      { dkim: { enabled: true }, dmarc: { enabled: true } },
    ],
    [
      'DMARC has no DKIM of its own',
      { dmarc: { enabled: true } },
      'dkim.enabled',
      { dkim: { enabled: true }, dmarc: { enabled: true } },
    ],
    [
      'SPF refuses what DMARC would let pass',
      { spf: { map: { fail: 'refuse' } }, dkim: { enabled: true }, dmarc: { enabled: true } },
      'spf.stage',
      { spf: { map: { fail: 'refuse' }, stage: 'message' }, dkim: { enabled: true }, dmarc: { enabled: true } },
    ],
    [
      'a broken signature is deferred',
      { dkim: { enabled: true, map: { fail: 'defer' } } },
      'dkim.map.fail',
      { dkim: { enabled: true, map: { temperror: 'defer' } } },
    ],
    [
      'mail without a signature is refused',
      { dkim: { enabled: true, map: { none: 'refuse' } } },
      'dkim.map.none',
      { dkim: { map: { none: 'refuse' } } },
    ],
    [
      'there is nothing to tell',
      { spf: { ehlo: false, mailFrom: false }, results: { write: true, foreign: 'ours' } },
      'results.write',
      { spf: { ehlo: false }, results: { write: true, foreign: 'ours' } },
    ],
    [
      'others write in our name',
      { results: { write: true } },
      'results.foreign',
      { results: { write: true, foreign: 'all' } },
    ],
    [
      'users are greylisted',
      { greylist: { enabled: true, exemptAuthenticated: false } },
      'greylist.exemptAuthenticated',
      { greylist: { enabled: true } },
    ],
    [
      'submission is greylisted',
      { greylist: { enabled: true, exemptSubmission: false } },
      'greylist.exemptSubmission',
      { greylist: { exemptSubmission: false } },
    ],
    [
      'DNS that fails loses mail',
      { senderDomain: { enabled: true, map: { temperror: 'refuse' } } },
      'senderDomain.map.temperror',
      { senderDomain: { enabled: true, map: { temperror: 'defer' } } },
    ],
  ])('%s', (_, odd, path, fine) => {
    expect(paths(odd)).toEqual([`sender.${path}`]);
    expect(paths(fine)).toEqual([]);
  });
});

describe('without servers', () => {
  const advised = (settings: SettingsInput) => dnsAdvice(settingsSchema.parse(settings)).map(({ text }) => text);
  const unknown: SettingsInput = { sender: { senderDomain: { enabled: true, map: { missing: 'refuse' } } } };

  test('senders and lists that the zone cannot know are warned of', () => {
    expect(advised(unknown)).toEqual([expect.stringContaining('every sender')]);
    expect(advised({ sender: { dnsbl: { lists: [list] } } })).toEqual([expect.stringContaining('bl.example')]);
  });

  test('nothing is, where servers are asked or the zone has the list', () => {
    expect(advised({ ...unknown, dns: { servers: { enabled: true } } })).toEqual([]);
    expect(
      advised({ sender: { dnsbl: { lists: [list] } }, dns: { zone: '2.0.0.127.BL.example A 127.0.0.2' } }),
    ).toEqual([]);
    expect(advised({ sender: { senderDomain: { enabled: true } } })).toEqual([]);
  });
});

test('a list whose zone holds a key has to have a name, since replies show it', () => {
  const zone = 'abcdef0123456789abcdef0123.zen.dq.example.net';
  expect(paths({ dnsbl: { lists: [{ zone }] } })).toContain('sender.dnsbl.lists.0.name');
  expect(paths({ domainLists: { lists: [{ zone }] } })).toContain('sender.domainLists.lists.0.name');
  expect(paths({ dnsbl: { lists: [{ zone, name: 'zen' }, { zone: 'averyverylongdomainname.example' }] } })).toEqual([]);
});
