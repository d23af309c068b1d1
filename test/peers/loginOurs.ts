// Our own byte-level client as one of the clients of the table of logins, over a real connection.
import { clientMechanisms } from '../../core/simulate/login/mechanisms.ts';
import { Client } from '../smtp/playground.ts';
import type { Login } from './loginClients.ts';

/** Logs in; the transcript is what it said and heard. */
export const ourLogin: Login = async ({ mechanism, mode, port, proof }) => {
  const client = mode === 'implicit' ? await Client.implicit(port) : await Client.open(port);
  const heard: string[] = [];
  const ask = async (line: string) => {
    const reply = await client.ask(line);
    heard.push(reply);
    return reply;
  };
  await client.hello();
  if (mode === 'starttls') {
    await ask('STARTTLS');
    await client.secure();
    await ask('EHLO client.example');
  }
  const of = clientMechanisms[mechanism];
  const exchange = of.start({
    login: { user: proof.user, password: proof.password, token: proof.token },
    host: 'localhost',
    nonce: () => 'x'.repeat(24),
  });
  const answer = async (challenge: Buffer | null) => {
    const move = await exchange.next(challenge);
    return 'cancel' in move ? '*' : move.response.toString('base64');
  };
  let reply = await ask(`AUTH ${mechanism}`);
  while (reply.startsWith('334')) reply = await ask(await answer(Buffer.from(reply.slice(4), 'base64')));
  await client.ask('QUIT');
  client.end();
  return { code: reply.startsWith('235') ? 0 : 1, said: heard.join('\n') };
};
