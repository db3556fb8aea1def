#!/usr/bin/env python3
"""A real mail server for tests: aiosmtpd, and what recipients say by their names.

smtp_server.py [--port N] [--cert FILE --key FILE] [--auth USER:PASSWORD] [--connections N] [--ms N]
Prints one JSON object a line: {"port"}, then an event for each try:
{"event": "accepted", "from", "to", "source" (base64), "tls", "user", "ehlo"}
{"event": "refused", "to", "reply"}
Recipients: grey… is refused with 451 the first time; unknown… with 550 5.1.1; policy… with 550 5.7.1;
spam… is refused after DATA; hang… is never answered; slow… waits for a line on standard input before its
letter is accepted. With --connections more than N at once are sent away with 421; with --ms each letter takes so long.
"""
import argparse
import asyncio
import base64
import json
import logging
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


logging.getLogger("mail.log").setLevel(logging.CRITICAL)


def say(**event):
    print(json.dumps(event), flush=True)


class Narrow(SMTP):
    """A session that counts among `open_now`; one too many is sent away."""
    open_now, connections, counted = 0, 0, False

    def connection_made(self, transport):
        if Narrow.connections and Narrow.open_now >= Narrow.connections:
            transport.write(b"421 4.7.0 too many connections\r\n")
            transport.close()
            return
        self.counted = True
        Narrow.open_now += 1
        super().connection_made(transport)

    def connection_lost(self, error):
        if self.counted:
            Narrow.open_now -= 1
            super().connection_lost(error)

    def data_received(self, data):
        if self.counted:
            super().data_received(data)

    def eof_received(self):
        return super().eof_received() if self.counted else None


class Handler:
    def __init__(self, ms):
        self.grey = set()
        self.ms = ms

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        reply = None
        if name.startswith("hang"):
            say(event="hangs", to=address)
            await asyncio.sleep(3600)
        if name.startswith("grey") and address not in self.grey:
            self.grey.add(address)
            reply = f"451 4.7.1 <{address}> greylisted, come back later"
        elif name.startswith("unknown"):
            reply = f"550 5.1.1 <{address}> no such person"
        elif name.startswith("policy"):
            reply = "550 5.7.1 relaying denied"
        if reply:
            say(event="refused", to=address, reply=reply)
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        """What came whole is taken, also when whoever sent it is gone by then."""
        return await asyncio.shield(self.take(session, envelope))

    async def take(self, session, envelope):
        to = envelope.rcpt_tos[0]
        if to.startswith("spam"):
            say(event="refused", to=to, reply="554")
            return "554 5.6.0 this looks like spam"
        if to.startswith("slow"):
            say(event="slow", to=to)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        await asyncio.sleep(self.ms / 1000)
        auth = session.auth_data
        say(event="accepted", **{"from": envelope.mail_from}, to=to, tls=session.ssl is not None,
            user=auth.decode() if auth else None, ehlo=session.host_name,
            source=base64.b64encode(envelope.original_content).decode())
        return "250 accepted"


def authenticator_of(expected):
    def check(server, session, envelope, mechanism, data):
        user, password = data.login.decode(), data.password.decode()
        if f"{user}:{password}" != expected:
            say(event="refused", to="", reply="535")
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=user.encode())
    return check


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--auth")
    parser.add_argument("--connections", type=int, default=0)
    parser.add_argument("--ms", type=int, default=0)
    options = parser.parse_args()
    Narrow.connections = options.connections
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    handler = Handler(options.ms)

    def session():
        return Narrow(handler, hostname="mail.test", tls_context=context, require_starttls=context is not None,
                      auth_required=options.auth is not None, auth_require_tls=context is not None,
                      authenticator=authenticator_of(options.auth) if options.auth else None)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", options.port)
    say(port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
