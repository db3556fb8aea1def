// Tar archives written by hand, also ones that no honest program writes: members are {name, data, type, link}.
import { spawnSync } from 'node:child_process';

function header({ name, data, type = '0', link = '' }) {
  const block = Buffer.alloc(512);
  const octal = (value, width) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  block.write(name, 0, 100, 'utf8');
  block.write(octal(0o600, 8) + octal(0, 8) + octal(0, 8) + octal(data?.length ?? 0, 12) + octal(0, 12), 100, 'latin1');
  block.write(' '.repeat(8) + type, 148, 'latin1');
  block.write(link, 157, 100, 'utf8');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

export function tarPack(members) {
  const blocks = members.flatMap((member) => {
    const data = member.data ?? Buffer.alloc(0);
    return [header(member), data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export function zstdPack(members) {
  const done = spawnSync('zstd', ['-q', '-c'], { input: tarPack(members), maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`zstd: ${done.stderr}`);
  return done.stdout;
}
