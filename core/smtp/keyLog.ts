// The key log of a listener: secrets of TLS sessions in the NSS format, added to a file for Wireshark.
import { appendFile } from 'node:fs/promises';

export class KeyLog {
  readonly #file: string;
  readonly #problem: (text: string) => void;
  #waiting: Buffer[] = [];
  #writing: Promise<void> | undefined;
  #hasFailed = false;

  /** `problem` is told once, in words for the listener, when the file cannot be written; sessions go on. */
  constructor(file: string, problem: (text: string) => void) {
    this.#file = file;
    this.#problem = problem;
  }

  /** Takes one line, its line end included. */
  add(line: Buffer): void {
    this.#waiting.push(line);
    this.#writing ??= this.#write();
  }

  async written(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = Buffer.concat(this.#waiting);
      this.#waiting = [];
      try {
        // Whoever reads it can read every session, so it is for this user alone.
        await appendFile(this.#file, lines, { mode: 0o600 });
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (!this.#hasFailed)
          this.#problem(
            `${this.#file}: the key log cannot be written (${code ?? message}). Sessions go on without it; name a file in a folder this user may write to in security.keyLog.`,
          );
        this.#hasFailed = true;
      }
    }
    this.#writing = undefined;
  }
}
