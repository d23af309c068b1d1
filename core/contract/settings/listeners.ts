// Listeners: where the service answers, in production and in the lab, and how each is secured.
import { z } from '../schema.ts';
import { listenerAccess, listenerFlow } from './access.ts';
import { listenerAuthentication } from './authentication.ts';
import { listenerExtensions } from './extensions.ts';
import { choice, flag, item, list, type Meta, text, whole } from './leaf.ts';
import { type HostPort, hostPort, overlaps, parseHostPort } from './network.ts';
import { certificate, security } from './security.ts';
import { proxy, xclient } from './trusted.ts';

const LISTENER = 'AXIGEN documentation, Listeners';

const about = (title: string, help: string, source: string, basis: 'documented' | 'ours') =>
  ({ title, help, source, basis, kind: 'text', restarts: true, placeholder: '127.0.0.1:2525' }) satisfies Meta;

const isAddress = (value: string) => parseHostPort(value) !== undefined;
const expected = 'expected address:port with a port from 0 to 65535, e.g. 127.0.0.1:2525 or [::1]:2525';
const addressText = z.string({ error: 'expected an address and a port' });

export const listener = item(
  {
    name: text({
      title: 'Name',
      help: 'What sessions, logs and the window call this listener. Must be unique.',
      source: 'Gatehouse',
      basis: 'ours',
      default: 'mx',
      max: 40,
      pattern: /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
      expected: 'letters, digits, - and _',
    }),
    enable: flag({
      title: 'Enabled',
      help: 'A disabled listener is kept, but not bound.',
      source: LISTENER,
      basis: 'documented',
      default: true,
      restarts: true,
    }),
    role: choice({
      title: 'Role',
      help: 'What the listener is for; it decides who is exempt from SPF and who must log in.',
      source: 'RFC 6409, RFC 8314',
      basis: 'ours',
      options: [
        { value: 'mx', title: 'mx', help: 'Mail from other servers, port 25.' },
        { value: 'submission', title: 'submission', help: 'Mail programs after STARTTLS, port 587 (RFC 6409).' },
        { value: 'submissions', title: 'submissions', help: 'Mail programs over implicit TLS, port 465 (RFC 8314).' },
      ],
      default: 'mx',
    }),
    address: addressText
      .refine(isAddress, expected)
      .meta(
        about(
          'Production address',
          'The address and port the listener has on the real server; it is exported, and never bound here.',
          LISTENER,
          'documented',
        ),
      ),
    lab: addressText
      .refine((value) => value === '' || isAddress(value), expected)
      .default('')
      .meta(
        about(
          'Lab address',
          'Where this workbench binds the listener. Empty: the loopback address of the same family, ports below 1024 moved up by 2500 (25 becomes 2525). Port 0 takes any free one.',
          'Gatehouse',
          'ours',
        ),
      ),
    tls: choice({
      title: 'TLS',
      help: 'Whether and when the connection is secured.',
      source: 'AXIGEN documentation, Listeners (sslEnable); RFC 3207; RFC 8314',
      basis: 'documented',
      options: [
        { value: 'clear', title: 'clear', help: 'No TLS at all.' },
        { value: 'starttls', title: 'STARTTLS', help: 'Clear first, secured on request (RFC 3207).' },
        { value: 'implicit', title: 'implicit TLS', help: 'The handshake comes first (RFC 8314).' },
      ],
      default: 'starttls',
      restarts: true,
    }),
    certificate,
    security,
    handshakeTimeout: whole({
      title: 'Handshake timeout',
      help: 'How long a TLS handshake may take before the connection is closed. AXIGEN keeps it once for the server (sslHandshakeTimeout).',
      unit: 's',
      source: 'AXIGEN 10.3.1 axigen.cfg',
      basis: 'observed',
      min: 1,
      max: 3600,
      default: 10,
    }),
    idleTimeout: whole({
      title: 'Idle timeout',
      help: 'How long a client may stay silent before it hears 421 and is closed.',
      unit: 's',
      source: 'AXIGEN 10.3.1 axigen.cfg; RFC 5321 section 4.5.3.2.7',
      basis: 'observed',
      min: 1,
      max: 86_400,
      default: 300,
      warn: [{ below: 300, text: 'RFC 5321 section 4.5.3.2.7 asks servers to wait at least 5 minutes (300 s).' }],
    }),
    extensions: listenerExtensions,
    authentication: listenerAuthentication,
    proxy,
    xclient,
    access: listenerAccess,
    flow: listenerFlow,
  },
  { title: 'Listener', help: 'One place where the service answers.', source: LISTENER, basis: 'documented' },
);

export type Listener = z.output<typeof listener>;

/** The listener a fresh workspace begins with. */
export const firstListener: Listener = listener.parse({ name: 'mx', address: '0.0.0.0:25' });

export const listeners = list(listener, {
  title: 'Listeners',
  help: 'Any number, IPv4 and IPv6. Each has a production address and, apart from it, the address it is bound to in the lab.',
  source: LISTENER,
  basis: 'documented',
  max: 100,
  default: [firstListener],
}).superRefine((all, context) => {
  const names = new Map<string, number>();
  const labs: { readonly index: number; readonly at: HostPort }[] = [];
  all.forEach((one, index) => {
    const twin = names.get(one.name);
    if (twin !== undefined)
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `listener ${twin + 1} has the name ${one.name} already; give this one another`,
      });
    else names.set(one.name, index);
    if (one.tls !== 'clear' && one.security.versions.length === 0)
      context.addIssue({
        code: 'custom',
        path: [index, 'security', 'versions'],
        message: 'a listener with TLS needs at least one version; TLSv1.2 and TLSv1.3 are usual',
      });
    const at = one.lab === '' ? undefined : parseHostPort(one.lab);
    if (!one.enable || !at || at.port === 0) return;
    const other = labs.find((lab) => overlaps(lab.at, at));
    if (other)
      context.addIssue({
        code: 'custom',
        path: [index, 'lab'],
        message: `listener ${other.index + 1} is bound to ${hostPort(other.at.host, other.at.port)} already; change one of the two lab addresses, or leave it empty`,
      });
    else labs.push({ index, at });
  });
});
