// The client that behaves: nodemailer composes a message and sends it to this machine.
import { createTransport } from 'nodemailer';
import type { Connection } from '../world/connection.ts';
import { type Dial, dialLoopback, type Target } from '../world/dial.ts';

export interface Mail {
  readonly from: string;
  readonly to: string | readonly string[];
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The whole message, in place of subject, text and headers. */
  readonly raw?: Buffer | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** In place of the password, for XOAUTH2. */
  readonly token?: string | undefined;
  /** PLAIN, LOGIN, CRAM-MD5 or XOAUTH2; the first that is offered unless said. */
  readonly method?: string | undefined;
}

export interface MailRoute {
  /** Implicit TLS; STARTTLS, which must then work; or none at all. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM of the authority the server's certificate must come from. */
  readonly authority?: string;
  /** What the client calls itself in EHLO. */
  readonly name?: string;
}

/** Whether every recipient was served, and the server's last reply or what went wrong instead. */
export interface Sent {
  readonly ok: boolean;
  readonly reply: string;
}

/** Sends one message over an open connection, which is closed afterwards. */
export async function sendMail(mail: Mail, socket: Connection, route: MailRoute): Promise<Sent> {
  const transport = createTransport({
    host: '127.0.0.1',
    name: route.name ?? 'client.example',
    secure: route.tls === 'implicit',
    requireTLS: route.tls === 'starttls',
    ignoreTLS: route.tls === 'none',
    tls: {
      ...(route.authority === undefined ? {} : { ca: route.authority }),
      checkServerIdentity: () => undefined,
    },
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...loginOf(mail),
    getSocket: (_options: unknown, done: (error: Error | null, found: { connection: Connection }) => void) =>
      done(null, { connection: socket }),
  } as Parameters<typeof createTransport>[0]);
  try {
    const sent = (await transport.sendMail({
      from: mail.from,
      to: [mail.to].flat(),
      envelope: { from: mail.from, to: [mail.to].flat() },
      ...contentOf(mail),
    })) as {
      readonly response: string;
      readonly rejected?: readonly unknown[];
      readonly rejectedErrors?: readonly Error[];
    };
    const refused = sent.rejectedErrors?.[0];
    return refused === undefined ? { ok: true, reply: sent.response } : { ok: false, reply: refused.message };
  } catch (error) {
    const { response, message } = error as Error & { readonly response?: string };
    return { ok: false, reply: response ?? message };
  } finally {
    transport.close();
    socket.destroy();
  }
}

function contentOf({ raw, subject = 'Test message', text, html, headers }: Mail) {
  if (raw !== undefined) return { raw };
  return {
    subject,
    text: text ?? 'A message sent by a well-behaved client.\n',
    ...(html === undefined ? {} : { html }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
  };
}

function loginOf({ user, password = '', token, method }: Mail) {
  if (user === undefined) return {};
  const auth = token === undefined ? { user, pass: password } : { type: 'OAuth2', user, accessToken: token };
  return { auth, ...(method !== undefined && { authMethod: method }) };
}

/** Connects to a listener on this machine and sends one message; the host's "send a test message". */
export async function sendTest(mail: Mail, target: Target & MailRoute, dial: Dial = dialLoopback): Promise<Sent> {
  let socket: Connection;
  try {
    socket = await dial(target);
  } catch (error) {
    return { ok: false, reply: `could not connect to ${target.host}:${target.port}: ${(error as Error).message}` };
  }
  return sendMail(mail, socket, target);
}
