// One connection that is kept, one request on its way, bytes written by hand: so that the server is what is measured, not
// who asks it.
import { connect } from 'node:net';

// An answer is {status, location, text (latin1)}; status 0 when the connection went.
export class Line {
  constructor(port) {
    this.head = `Host: 127.0.0.1:${port}\r\n`;
    this.origin = `Origin: http://127.0.0.1:${port}\r\n`;
    this.parts = [];
    this.bytes = 0;
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (part) => this.read(part));
    for (const end of ['error', 'close', 'end']) this.socket.on(end, () => this.lose());
  }
  // `cookie`: of the session; `from`: the address the proxy says; `form`: fields, or {type, bytes (latin1)} as they are.
  ask(method, path, { cookie = '', from = '', form } = {}) {
    const body = form?.bytes ?? new URLSearchParams(form).toString();
    const type = form?.bytes ? form.type : 'application/x-www-form-urlencoded';
    return new Promise((done) => {
      if (this.lost) return done({ status: 0 });
      this.done = done;
      this.socket.write(`${method} ${path} HTTP/1.1\r\n${this.head}${cookie && `Cookie: session=${cookie}\r\n`}${from && `X-Forwarded-For: ${from}\r\n`}`
        + `${form ? `${this.origin}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n` : ''}\r\n${form ? body : ''}`, 'latin1');
    });
  }
  read(part) {
    this.parts.push(part);
    this.bytes += part.length;
    this.wanted ??= this.begin();
    if (this.wanted === undefined || this.bytes < this.wanted) return;
    const text = Buffer.concat(this.parts).latin1Slice(0, this.wanted);
    this.parts = [];
    this.bytes = 0;
    this.wanted = undefined;
    this.answer({ status: Number(text.slice(9, 12)), location: /\r\nLocation: ([^\r]*)/i.exec(text)?.[1], text });
  }
  // How long the answer is, once its head is here.
  begin() {
    const all = Buffer.concat(this.parts);
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const length = /\r\nContent-Length: (\d+)/i.exec(all.latin1Slice(0, end));
    if (!length) throw new Error(`an answer without its length: ${all.latin1Slice(0, end)}`);
    return end + 4 + Number(length[1]);
  }
  answer(what) {
    const { done } = this;
    this.done = undefined;
    done?.(what);
  }
  lose() {
    this.lost = true;
    this.answer({ status: 0 });
  }
  close() {
    this.socket.destroy();
  }
}
