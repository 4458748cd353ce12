/* Logs what a process writes below one folder, in order, so that a power cut can be played at any
 * moment: LD_PRELOAD this, with WRITE_LOG naming the log and WRITE_LOG_BELOW the folder.
 *
 * A record: op, length of the path, path, offset, length of the data, data. The ops are
 * W write, T truncate (offset: the size), S sync, U unlink; the folder itself is ".". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int log_fd = -2;
static char below[PATH_MAX];

static ssize_t real_write(int fd, const void *data, size_t size) {
    static ssize_t (*next)(int, const void *, size_t);
    if (!next) next = dlsym(RTLD_NEXT, "write");
    return next(fd, data, size);
}

static int ready(void) {
    if (log_fd == -2) {
        const char *path = getenv("WRITE_LOG"), *folder = getenv("WRITE_LOG_BELOW");
        log_fd = -1;
        if (path && folder) {
            static int (*next)(const char *, int, ...);
            next = dlsym(RTLD_NEXT, "open");
            log_fd = next(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            snprintf(below, sizeof below, "%s/", folder);
        }
    }
    return log_fd >= 0;
}

static void put(char op, const char *path, uint64_t offset, const void *data, uint64_t size) {
    static char buffer[1 << 20];
    uint32_t length = strlen(path);
    size_t head = 1 + 4 + length + 8 + 8;
    if (head + size > sizeof buffer) abort();
    char *at = buffer;
    *at++ = op;
    memcpy(at, &length, 4), at += 4;
    memcpy(at, path, length), at += length;
    memcpy(at, &offset, 8), at += 8;
    memcpy(at, &size, 8), at += 8;
    if (size) memcpy(at, data, size);
    if (real_write(log_fd, buffer, head + size) < 0) abort();
}

/* The path of a descriptor below the folder, relative to it; NULL for all others. */
static const char *path_of(int fd) {
    static __thread char path[PATH_MAX];
    char link[64];
    if (!ready() || fd == log_fd) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    size_t prefix = strlen(below);
    if (strlen(path) == prefix - 1 && !strncmp(path, below, prefix - 1)) return ".";
    return strncmp(path, below, prefix) ? NULL : path + prefix;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    static ssize_t (*next)(int, const void *, size_t, off64_t);
    if (!next) next = dlsym(RTLD_NEXT, "pwrite64");
    ssize_t written = next(fd, data, size, offset);
    const char *path = written > 0 ? path_of(fd) : NULL;
    if (path) put('W', path, offset, data, written);
    return written;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    return pwrite64(fd, data, size, offset);
}

ssize_t write(int fd, const void *data, size_t size) {
    const char *path = path_of(fd);
    off64_t offset = path ? lseek64(fd, 0, SEEK_CUR) : 0;
    ssize_t written = real_write(fd, data, size);
    if (path && written > 0) put('W', path, offset, data, written);
    return written;
}

int ftruncate64(int fd, off64_t size) {
    static int (*next)(int, off64_t);
    if (!next) next = dlsym(RTLD_NEXT, "ftruncate64");
    int result = next(fd, size);
    const char *path = result == 0 ? path_of(fd) : NULL;
    if (path) put('T', path, size, NULL, 0);
    return result;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, const char *name) {
    int (*next)(int) = dlsym(RTLD_NEXT, name);
    int result = next(fd);
    const char *path = result == 0 ? path_of(fd) : NULL;
    if (path) put('S', path, 0, NULL, 0);
    return result;
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }

int unlink(const char *name) {
    static int (*next)(const char *);
    if (!next) next = dlsym(RTLD_NEXT, "unlink");
    int result = next(name);
    if (result == 0 && ready() && !strncmp(name, below, strlen(below)))
        put('U', name + strlen(below), 0, NULL, 0);
    return result;
}
