// Where Electron begins: nothing but the start of the host, so that tests can load everything else.
import { start } from './main.ts';

await start();
