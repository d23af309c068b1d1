// WireParser in the place of smtp-server's own stream, under its stock connection: mail, STARTTLS, and what was injected before it.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { SMTPServer } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { SMTPStream } from 'smtp-server/lib/smtp-stream.js';
import { afterEach, describe, expect, it } from 'vitest';
import { WireParser } from '../../core/smtp/wireParser.ts';

const world = { now: () => 0, later: setImmediate };

class Session extends SMTPConnection {
  override _createParser(): SMTPStream {
    const parser = new WireParser(world);
    parser.oncommand = (command, next) => this._onCommand(command, next);
    parser.on('error', (error) => this.send(421, error.message));
    return parser as unknown as SMTPStream;
  }
}

class Server extends SMTPServer {
  readonly messages: string[] = [];
  constructor() {
    super({
      disableReverseLookup: true,
      authOptional: true,
      logger: false,
      onData: (stream, _session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          this.messages.push(Buffer.concat(chunks).toString('latin1'));
          done(null, `${stream.byteLength} ${stream.sizeExceeded}`);
        });
      },
    });
  }
  override connect(socket: Socket, options: SMTPConnectionOptions & { id: string }): void {
    const session = new Session(this, socket, options);
    this.connections.add(session);
    session.on('error', () => undefined);
    session.init();
  }
}

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function start(): Promise<{ server: Server; client: Client }> {
  const server = new Server();
  server.on('error', () => undefined);
  const gate = createServer((socket) => {
    closing.push(() => socket.destroy());
    server.connect(socket, { id: '1', remoteAddress: '127.0.0.1', remotePort: 1, localAddress: '', localPort: 0 });
  }).listen(0, '127.0.0.1');
  await once(gate, 'listening');
  const socket = connect((gate.address() as AddressInfo).port, '127.0.0.1');
  closing.push(() => (socket.destroy(), gate.close()));
  const client = new Client(socket);
  await client.reply();
  return { server, client };
}

/** Sends octets and waits for whole replies. */
class Client {
  #heard = '';
  #told = () => {};
  readonly socket: Socket;
  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#heard += chunk.toString('latin1');
      this.#told();
    });
    socket.on('error', () => undefined);
  }
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\r\n/.exec(this.#heard);
      if (match) {
        this.#heard = this.#heard.slice(match[0].length);
        return match[0];
      }
      await new Promise<void>((resolve) => (this.#told = resolve));
    }
  }
  async code(text: string): Promise<string> {
    this.socket.write(Buffer.from(text, 'latin1'));
    return (await this.reply()).slice(0, 3);
  }
}

describe('smtp-server with WireParser for its stream', () => {
  it('takes pipelined mail, byte for byte', async () => {
    const { server, client } = await start();
    const codes = [
      await client.code('EHLO a\r\n'),
      await client.code('MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n'),
      await client.code(''),
      await client.code(''),
      await client.code('..a\r\n\n.\n\xe4' + 'x'.repeat(300_000) + '\r\n.\r\nNOOP\r\n'),
      await client.code(''),
    ];
    expect(codes).toEqual(['250', '250', '250', '354', '250', '250']);
    expect(server.messages).toEqual(['.a\r\n\n.\n\xe4' + 'x'.repeat(300_000) + '\r\n']);
  });

  it('closes over a line that is too long, as smtp-server does', async () => {
    const { client } = await start();
    expect(await client.code('x'.repeat(5000) + '\r\n')).toBe('421');
  });

  it('drops what was sent in clear behind STARTTLS and serves the secured session', async () => {
    const { client } = await start();
    expect(await client.code('EHLO a\r\n')).toBe('250');
    expect(await client.code('STARTTLS\r\nMAIL FROM:<evil@example.org>\r\nNO')).toBe('220');
    client.socket.removeAllListeners('data');
    const tls = connectTls({ socket: client.socket, rejectUnauthorized: false });
    await once(tls, 'secureConnect');
    const secured = new Client(tls);
    const codes = [await secured.code('NOOP\r\n'), await secured.code('EHLO a\r\n'), await secured.code('QUIT\r\n')];
    expect(codes).toEqual(['250', '250', '221']);
  });
});

describe('the stream', () => {
  it('holds no more for a line of 1 GB than for one of 1 MB, as a command and in a message', () => {
    let count = 0;
    const turns: (() => void)[] = [];
    const parser = new WireParser({
      ...world,
      later: (turn) => turns.push(turn),
      onLine: (_line, next) => {
        if (count++ === 1)
          parser.startData({
            limit: 1e6,
            bareLf: 'normalise',
            bareCr: 'normalise',
            onChunk: () => true,
            onEnd: (_f, go) => go(),
          });
        next();
      },
    });
    const segment = Buffer.alloc(65_536, 'x');
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const pour = () => {
      for (let n = 0; n < 16_384; n++) {
        parser.write(segment);
        for (let turn = turns.shift(); turn; turn = turns.shift()) turn();
        if (n % 1024 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
    };
    pour();
    parser.write(Buffer.from('\r\nDATA\r\n'));
    pour();
    expect(parser.dataFacts?.longestLine).toBe(2 ** 30);
    expect([count, most < 8e6]).toEqual([2, true]);
  });

  it('drops everything once it is closed, without running a line of it', async () => {
    const lines: string[] = [];
    const parser = new WireParser({
      ...world,
      onLine: (line, next) => {
        lines.push(line.bytes.toString());
        parser.isClosed = true;
        next();
      },
    });
    parser.write(Buffer.from('STARTTLS\r\nMAIL FROM:<evil@example.org>\r\nRC'));
    parser.end(Buffer.from('PT TO:<a@example.org>\r\nDATA'));
    await new Promise((resolve) => parser.once('finish', resolve));
    expect([lines, parser.buffered]).toEqual([['STARTTLS'], 0]);
  });

  it("gives a callback's error out as its own, once", async () => {
    const errors: Error[] = [];
    const parser = new WireParser({
      ...world,
      onLine: () => {
        throw new Error('a bug');
      },
    });
    parser.on('error', (error) => errors.push(error));
    parser.write(Buffer.from('A\r\nB\r\n'));
    await new Promise((resolve) => parser.once('close', resolve));
    expect(errors.map((error) => error.message)).toEqual(['a bug']);
  });

  it("has the members smtp-server's connection relies on", () => {
    type Seam = 'oncommand' | 'isClosed' | 'startDataMode' | 'continue' | 'dataBytes' | '_dataMode' | 'write';
    const seam: Pick<SMTPStream, Seam> = new WireParser(world);
    expect([seam.isClosed, seam.dataBytes, seam._dataMode]).toEqual([false, 0, false]);
  });
});
