// Check `header-size`: is the top-level header within the caps?
import type { Check } from '../check.ts';
import { strictly } from '../strictly.ts';
import { counted } from '../wording.ts';

const done = {
  reject: '',
  normalise: '; what is beyond was cut off',
  allow: '; stored as it is',
} as const;

/** No RFC caps a header; 552 5.3.4 is what a message too large gets (RFC 5321 section 4.2.3, RFC 3463 section 3.4). */
export const headerSize: Check = {
  name: 'header-size',
  title: 'header caps',
  group: 'strictness',
  run: (context) => {
    const { settings, facts } = context;
    const header = facts.transaction?.header;
    if (header === undefined) return undefined;
    const { maxHeaderSize, maxHeaderFields } = settings.strictness;
    const most = maxHeaderSize * 1024;
    const isLarge = header.octets > most;
    if (!isLarge && header.fields <= maxHeaderFields) return undefined;
    return strictly(context, {
      check: 'header-size',
      rule: 'header',
      what: `${counted(header.fields, 'header field')} of ${counted(header.octets, 'octet')}`,
      done,
      reason: 'header-size',
      counter: isLarge
        ? { name: 'octets of the header', value: header.octets, limit: most }
        : { name: 'header fields', value: header.fields, limit: maxHeaderFields },
    });
  },
};
