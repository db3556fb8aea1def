/* What a service manager is told: sd_notify(3)'s protocol, one datagram to $NOTIFY_SOCKET. */
#ifndef AGORA_APP_NOTIFY_H
#define AGORA_APP_NOTIFY_H

/* "READY=1", "STOPPING=1". Silent when nobody asked to be told, or does not listen. */
void notify_send(const char *state);

#endif
