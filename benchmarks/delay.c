/*
 * delay DEVICE MICROSECONDS: what goes into the tun device comes out of it again after that time, as from far away.
 *
 * Its sender's address becomes 10.(x+1)... and its receiver's 10.(x-1)...: so packets that leave for 10.9... arrive at
 * 10.8..., which the same machine serves, and answers find their way back. The sum of both stays the same, so checksums
 * hold.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define ROOM 16384 /* packets on their way; more are lost */
#define LONGEST 2048
#define IPV4 0x40
#define SENDER 13 /* the second byte of each address in an IPv4 header */
#define RECEIVER 17

static struct {
    int64_t due; /* nanoseconds */
    ssize_t length;
    uint8_t bytes[LONGEST];
} packets[ROOM];

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int attach(const char *device)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

    strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0) {
        perror(device);
        exit(1);
    }
    return tun;
}

int main(int count, char **words)
{
    int tun = attach(count == 3 ? words[1] : "");
    int64_t delay = atoll(words[2]) * 1000;
    unsigned first = 0, next = 0; /* of the packets on their way, and the place for another one */

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        struct pollfd look = {.fd = tun, .events = POLLIN};
        int64_t left = first == next ? 1000000000 : packets[first % ROOM].due - now();
        struct timespec patience = {.tv_nsec = left > 0 ? left : 0};
        ssize_t length;

        ppoll(&look, 1, &patience, NULL);
        while (next - first < ROOM && (length = read(tun, packets[next % ROOM].bytes, LONGEST)) > 0) {
            packets[next % ROOM].length = length;
            packets[next % ROOM].due = now() + delay;
            if ((packets[next % ROOM].bytes[0] & 0xf0) == IPV4)
                next++;
        }
        for (; first != next && packets[first % ROOM].due <= now(); first++) {
            packets[first % ROOM].bytes[SENDER]++;
            packets[first % ROOM].bytes[RECEIVER]--;
            if (write(tun, packets[first % ROOM].bytes, packets[first % ROOM].length) < 0)
                perror("a packet is lost");
        }
    }
}
