// A client for what smtp-source cannot do: one message of a peculiar shape, thousands of sessions that say nothing.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A session after EHLO; replies are waited for one at a time. */
export class Talk {
  readonly #socket: Socket;
  #heard = '';
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#heard += bytes.toString('latin1');
      this.#wake?.();
    });
    socket.on('close', () => this.#wake?.());
    socket.on('error', () => undefined);
  }

  /** Connects, hears the greeting and says EHLO; throws what went wrong. */
  static async open(port: number): Promise<Talk> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const talk = new Talk(socket);
    await talk.hear('220');
    await talk.say('EHLO client.example\r\n', '250');
    return talk;
  }

  /** Sends and waits for a reply with this code; throws when there is another, or none. */
  async say(bytes: string | Uint8Array, code: string): Promise<void> {
    this.#socket.write(bytes);
    await this.hear(code);
  }

  async hear(code: string): Promise<void> {
    for (;;) {
      const end = /(?:^|\n)(\d{3})(?: [^\n]*)?\r\n/.exec(this.#heard);
      if (end) {
        const reply = this.#heard.slice(0, end.index + end[0].length);
        this.#heard = this.#heard.slice(reply.length);
        if (end[1] !== code) throw new Error(`${code} was expected: ${reply.trim()}`);
        return;
      }
      if (this.#socket.destroyed) throw new Error(`the server closed where ${code} was expected`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
