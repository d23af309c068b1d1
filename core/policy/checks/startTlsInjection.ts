// Check `starttls-injection`: did plaintext come behind STARTTLS?
import type { Finding } from '../../contract/verdict.ts';
import type { Check } from '../check.ts';
import { spared } from '../spared.ts';
import { counted } from '../wording.ts';

const done = {
  reject: { action: 'drop', reason: 'starttls-injection', said: '' },
  normalise: { action: 'record', said: ', thrown away' },
  allow: { action: 'record', said: ', run as if they had come inside TLS' },
} as const satisfies Record<string, Pick<Finding, 'action' | 'reason'> & { said: string }>;

/** RFC 3207 section 4.2; CVE-2011-0411. */
export const startTlsInjection: Check = {
  name: 'starttls-injection',
  title: 'plaintext behind STARTTLS',
  group: 'strictness',
  run: (context) => {
    const octets = context.facts.line?.injected;
    if (octets === undefined) return undefined;
    const value = context.settings.strictness.startTlsInjection;
    const { said, ...action } = done[value];
    const text = `${counted(octets, 'octet')} in clear behind STARTTLS${said}`;
    const spare = spared(context, 'startTlsInjection', {
      check: 'starttls-injection',
      text,
    });
    return (
      spare ?? {
        check: 'starttls-injection',
        ...action,
        text,
        setting: 'strictness.startTlsInjection',
        value,
      }
    );
  },
};
