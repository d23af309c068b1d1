// Stock smtp-server with its 100 ms greeting timer off: bare, or with our workspace storing each message before its 250.
//
//   node test/bench/stock.ts bare|FOLDER      prints its port
import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import type { Mailbox } from '../../core/contract/facts.ts';
import { openWorkspace, type Workspace } from '../../core/journal/workspace.ts';
import { realWorld } from '../../core/world/real.ts';

/** The stock connection without the wait for early talkers, which would cap the rate of new sessions. */
class Prompt extends SMTPConnection {
  override init(): void {
    this._setListeners(() => this.connectionReady());
  }
}

class Stock extends SMTPServer {
  override connect(socket: Socket, options: ConstructorParameters<typeof SMTPConnection>[2]): void {
    const connection = new Prompt(this, socket, options);
    this.connections.add(connection);
    connection.on('error', (error: Error) => this._onError(error));
    connection.on('connect', (data) => this._onClientConnect(data));
    connection.init();
  }
}

const [, , kind = 'bare'] = process.argv;
const workspace = kind === 'bare' ? undefined : await storage(kind);
const server = new Stock({
  authOptional: true,
  disableReverseLookup: true,
  logger: false,
  hideSTARTTLS: true,
  size: 10_485_760,
  onData: (stream, session, done) => void take(stream, session, done),
});
server.on('error', () => undefined);
const listening = server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(listening.address() as { port: number }).port}\n`);
});
process.once('SIGTERM', () => {
  listening.close();
  void (workspace?.close() ?? Promise.resolve()).then(() => process.exit(0));
});

async function storage(folder: string): Promise<Workspace> {
  const opened = await openWorkspace({
    folder,
    world: realWorld,
    onChanged: () => undefined,
    onProblem: () => undefined,
  });
  if ('refusal' in opened) throw new Error(opened.refusal.what);
  return opened.workspace;
}

function take(stream: SMTPServerDataStream, session: SMTPServerSession, done: (error?: Error | null) => void): void {
  if (!workspace) {
    stream.resume();
    stream.on('end', () => done());
    return;
  }
  const log = workspace.session();
  const message = log.message();
  stream.on('data', (chunk: Buffer) => {
    if (message.write(chunk)) return;
    stream.pause();
    void message.drained().then(() => stream.resume());
  });
  stream.on('end', () => {
    const { mailFrom, rcptTo } = session.envelope;
    const sender = mailbox(mailFrom === false ? '' : mailFrom.address);
    const recipients = rcptTo.map(({ address }) => mailbox(address));
    message.commit({ sender, recipients, at: realWorld.now(), remote: false, trace: '' }).then(
      () => (log.end(), done()),
      (error: Error) => done(error),
    );
  });
}

function mailbox(raw: string): Mailbox {
  const at = raw.lastIndexOf('@');
  return { raw, local: raw.slice(0, at), domain: raw.slice(at + 1) };
}
