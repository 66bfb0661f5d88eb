/*
 * Preloaded, it adds an offset to the clocks of a program that is linked dynamically: linux.uml, Python, ssh.
 *
 * The file that LABCLOCK names holds the offset: an int64 of nanoseconds, in the machine's byte order. It is mapped, so
 * a change is seen at once. With LABMONOTONIC the monotonic clock is moved as well, as it is for a guest that was paused.
 * That suits linux.uml, whose timers are relative; Python's sleeps and locks wait for a moment of the kernel's own clock.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static const volatile int64_t none;
static const volatile int64_t *offset = &none;
static int monotonic_too;

__attribute__((constructor)) static void map_offset(void)
{
    const char *path = getenv("LABCLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);

    monotonic_too = getenv("LABMONOTONIC") != NULL;
    if (page != MAP_FAILED)
        offset = page;
    if (file >= 0)
        close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = syscall(SYS_clock_gettime, clock, now);
    int64_t moved = *offset;

    if (result == 0 && (clock == CLOCK_REALTIME || (clock == CLOCK_MONOTONIC && monotonic_too))) {
        now->tv_sec += moved / SECOND;
        now->tv_nsec += moved % SECOND;
        if (now->tv_nsec < 0) {
            now->tv_nsec += SECOND;
            now->tv_sec--;
        } else if (now->tv_nsec >= SECOND) {
            now->tv_nsec -= SECOND;
            now->tv_sec++;
        }
    }
    return result;
}

time_t time(time_t *seconds)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (seconds)
        *seconds = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec fine;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &fine);
    now->tv_sec = fine.tv_sec;
    now->tv_usec = fine.tv_nsec / 1000;
    return 0;
}
