// Our own byte-level client as one of the clients of the table of logins, over a real connection.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { TLSSocket } from 'node:tls';
import { channelOf } from '../../core/simulate/login/channel.ts';
import { playLogin } from '../../core/simulate/login/exchange.ts';
import { ReplyReader } from '../../core/simulate/reply.ts';
import { Client } from '../smtp/playground.ts';
import type { Login } from './loginClients.ts';
import { authority } from './yard.ts';

/** Logs in; what it says is what may be shown of it. */
export const ourLogin: Login = async ({ mechanism, mode, port, proof }) => {
  const { cert, key } = proof.certificate;
  const own = mechanism === 'EXTERNAL' ? { cert: readFileSync(cert), key: readFileSync(key) } : {};
  const tls = { ca: readFileSync(authority), servername: 'localhost', rejectUnauthorized: true, ...own };
  const client = mode === 'implicit' ? await Client.implicit(port, tls) : await Client.open(port);
  const shown: string[] = [];
  await client.hello();
  if (mode === 'starttls') {
    await client.ask('STARTTLS');
    await client.secure(tls);
    await client.ask('EHLO client.example');
  }
  const { user, password, token } = proof;
  const { socket } = client;
  const { reply, distrusts } = await playLogin(
    {
      login: { mechanism, user, password, token },
      host: 'localhost',
      nonce: () => randomBytes(18).toString('base64'),
      kerberos: proof.tickets,
      ...(socket instanceof TLSSocket && { channel: channelOf(socket) }),
    },
    {
      say: (line, shownAs) => {
        shown.push(`C: ${shownAs}`);
        client.send(`${line}\r\n`);
        return Promise.resolve();
      },
      hear: async () =>
        new ReplyReader().push(Buffer.from(`${(await client.reply()).replaceAll('\n', '\r\n')}\r\n`, 'latin1'), 0)[0],
      heard: (text) => void shown.push(`S: ${text}`),
    },
  );
  if (distrusts !== undefined) shown.push(distrusts);
  await client.ask('QUIT');
  client.end();
  return { code: reply?.code === 235 && distrusts === undefined ? 0 : 1, said: shown.join('\n') };
};
