// A DNS server on loopback, by UDP and TCP on one port, that answers as it is told and keeps what it was asked.
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { type Answer, decode, encode, type Packet, streamDecode, streamEncode } from 'dns-packet';

export interface AskedOf {
  readonly name: string;
  readonly type: string;
  readonly by: 'udp' | 'tcp';
}

/** What a question meets; `silence` is no answer at all. */
export type Reply =
  | 'silence'
  | {
      readonly rcode?: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
      readonly cut?: boolean;
      readonly answers?: Answer[];
    };

export interface NameServer {
  /** `127.0.0.1:port`, as settings have it. */
  readonly address: string;
  readonly asked: AskedOf[];
  close(): Promise<void>;
}

const rcodes = { NOERROR: 0, NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 } as const;
/** Authoritative, recursion available; TC is RFC 1035 section 4.1.1. */
const FLAGS = 0x0480;
const CUT = 0x0200;

type Answering = (question: AskedOf) => Reply | Promise<Reply>;

export async function nameServer(answering: Answering): Promise<NameServer> {
  const asked: AskedOf[] = [];
  const answer = async (query: Packet, by: 'udp' | 'tcp'): Promise<Packet | undefined> => {
    const [question] = query.questions ?? [];
    if (!question) return undefined;
    const one: AskedOf = { name: question.name, type: question.type, by };
    asked.push(one);
    const reply = await answering(one);
    if (reply === 'silence') return undefined;
    const flags = FLAGS | rcodes[reply.rcode ?? 'NOERROR'] | (reply.cut === true ? CUT : 0);
    const answers = reply.answers ?? [];
    return { type: 'response', id: query.id ?? 0, flags, questions: [question], answers };
  };
  for (;;) {
    const opened = await open(answer);
    if (opened) return { ...opened, asked };
  }
}

type Packeting = (query: Packet, by: 'udp' | 'tcp') => Promise<Packet | undefined>;

/** Undefined when the port that is free for TCP is taken for UDP. */
async function open(answer: Packeting): Promise<Omit<NameServer, 'asked'> | undefined> {
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    let held = Buffer.alloc(0);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      held = Buffer.concat([held, data]);
      if (held.length < 2 || held.length < 2 + held.readUInt16BE(0)) return;
      const query = streamDecode(held);
      held = Buffer.alloc(0);
      void answer(query, 'tcp').then((packet) => packet && socket.write(streamEncode(packet)));
    });
  });
  await new Promise<void>((done) => void tcp.listen(0, '127.0.0.1', done));
  const at = tcp.address();
  const port = typeof at === 'object' && at ? at.port : 0;
  const udp = createSocket('udp4');
  udp.on('message', (data, { port: back, address }) => {
    void answer(decode(data), 'udp').then((packet) => packet && udp.send(encode(packet), back, address));
  });
  const isBound = await new Promise<boolean>((done) => {
    udp.once('error', () => done(false));
    udp.bind(port, '127.0.0.1', () => done(true));
  });
  const close = async () => {
    if (isBound) await new Promise<void>((done) => void udp.close(done));
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((done) => void tcp.close(() => done()));
  };
  if (isBound) return { address: `127.0.0.1:${port}`, close };
  await close();
  return undefined;
}
