/* What a service manager is told: sd_notify(3)'s protocol, one datagram to $NOTIFY_SOCKET. */
#ifndef AGORA_APP_NOTIFY_H
#define AGORA_APP_NOTIFY_H

/* The socket to the manager, or -1: nobody asked to be told, or does not listen. */
int notify_open(void);
/* "READY=1", "STOPPING=1". */
void notify_send(int fd, const char *state);

#endif
