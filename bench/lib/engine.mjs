// An engine in its own process: one command a line, its answer back.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function start(name, command, work, queries) {
  const child = spawn(command[0], [...command.slice(1), work, queries], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the engine '${name}' ended before its answer (exit status ${await ended})`);
    return value;
  };
  const say = (text) => child.stdin.write(`${text}\n`);
  while (await line() !== 'ready');
  return {
    name,
    async answers(group) {
      const found = [];
      say(`answer ${group}`);
      for (let text = await line(); text !== 'end'; text = await line()) found.push(JSON.parse(text));
      return found;
    },
    async times(group) { // nanoseconds, one for each question of the class
      say(`time ${group}`);
      const text = await line();
      return text === '' ? [] : text.split(' ').map(Number);
    },
    async figures() {
      say('figures');
      return JSON.parse(await line());
    },
    break: (what) => say(`break ${what}`),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
