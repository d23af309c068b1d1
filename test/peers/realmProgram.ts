// `npm run realm`: a Kerberos realm on loopback for a person to log in with, until Ctrl-C.
import { realWorld } from '../../core/world/real.ts';
import { missingPackages, type Realm, type RealmUser, startRealm } from './realm.ts';

const missing = missingPackages();
if (missing.length > 0) {
  process.stderr.write(
    `realm: programs are missing: apt-get install --no-install-recommends ${missing.join(' ')}\n` +
      '  (Debian starts no realm of its own with them; refuse its questions, or set DEBIAN_FRONTEND=noninteractive)\n',
  );
  process.exitCode = 3;
} else await keepRealm();

async function keepRealm(): Promise<void> {
  const user = { name: 'alice', password: Buffer.from(realWorld.random(9)).toString('base64url') };
  let realm: Realm;
  try {
    realm = await startRealm([user]);
  } catch (error) {
    process.stderr.write(`realm: ${(error as Error).message}\n`);
    process.exitCode = 3;
    return;
  }
  process.stdout.write(manual(realm, user));
  const signal = await new Promise<string>((resolve) => {
    // Keeps the process alive, and notices when the centre is gone.
    const watch = setInterval(() => {
      if (realm.isRunning()) return;
      clearInterval(watch);
      resolve('ended');
    }, 1000);
    // Not once: what sends it may send it to the whole group and to each of it, and a second one would cut the end short.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(name, () => {
        clearInterval(watch);
        resolve(name);
      });
  });
  await realm.stop();
  if (signal === 'ended') {
    process.stderr.write('realm: the key distribution centre ended by itself; the realm is gone\n');
    process.exitCode = 1;
  } else process.stdout.write('\nthe realm is gone, and its folder with it\n');
}

/** Everything that is needed to log in, to be copied line by line. */
function manual({ name, folder, port, environment, keytab }: Realm, { name: user, password }: RealmUser): string {
  const exported = { ...environment, KRB5CCNAME: `FILE:${folder}/tickets` };
  return `The Kerberos realm ${name} runs on 127.0.0.1:${port}; everything of it is in ${folder}.
It ends with Ctrl-C, and the folder goes with it.

1. In every shell that is to know it, the one that starts Gatehouse too:

${Object.entries(exported)
  .filter(([variable]) => variable !== 'KRB5_KDC_PROFILE')
  .map(([variable, value]) => `   export ${variable}=${value}`)
  .join('\n')}

2. A ticket for ${user}, whose password is ${password}

   echo '${password}' | kinit ${user}
   klist

3. In the settings of Gatehouse (mechanisms that you already have stay in the lists), and a user ${user} in its table,
   whose password does not matter here:

   authentication:
     clear: [GSSAPI]
     secured: [GSSAPI]
     gssapi: { keytab: ${keytab} }

   The receiver needs this environment for its replay cache alone; a client needs it to find the realm.

4. With PORT, the lab port of a submission listener, a login and a message:

   gsasl --smtp --connect=localhost:PORT --hostname=localhost --service=smtp --mechanism=GSSAPI \\
     --authentication-id=${user} --quality-of-protection=qop-auth --no-starttls
   printf 'Subject: with a ticket\\n\\nHello\\n' | msmtp --host=localhost --port=PORT --auth=gssapi --user=${user} \\
     --tls=off --from=${user}@client.example b@gate.example

   The session in the window shows who it was: ${user}@${name}.
`;
}
