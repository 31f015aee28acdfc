/* Finds the session's socket and connects to it. */
#define _GNU_SOURCE /* struct ucred */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "memmap/client/internal.h"

static const char suffix[] = ".view";

/* The directory of the sockets. False if the path is too long. */
static bool directory_path(char* path, size_t room) {
  const char* runtime = getenv("XDG_RUNTIME_DIR");
  int size = runtime != NULL && *runtime != 0
                 ? snprintf(path, room, "%s/rspbridge", runtime)
                 : snprintf(path, room, "/tmp/rspbridge-%u", (unsigned)geteuid());
  return size > 0 && (size_t)size < room;
}

/* 0 if the directory is this user's and nobody else may enter it. */
static int check_directory(const char* path) {
  struct stat status;
  if (lstat(path, &status) != 0)
    return view_fail(errno, "No rspbridge is running: there is no directory %s.", path);
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0)
    return view_fail(EPERM, "%s isn't a directory of this user's that is closed to others.", path);
  return 0;
}

static int check_peer(int connection, const char* path) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return view_fail(errno, "The kernel doesn't tell who listens on %s.", path);
  if (peer.uid != geteuid())
    return view_fail(EPERM, "The program that listens on %s is another user's.", path);
  return 0;
}

static int connect_to(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path)
    return view_fail(ENAMETOOLONG, "%s is too long for a socket's path.", path);
  strcpy(address.sun_path, path);
  int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (connection < 0) return view_fail(errno, "No socket: %s.", strerror(errno));
  if (connect(connection, (const struct sockaddr*)&address, sizeof address) != 0) {
    view_fail(errno, "Nobody listens on %s: %s.", path, strerror(errno));
  } else if (check_peer(connection, path) == 0) {
    return connection;
  }
  int error = errno;
  close(connection);
  errno = error;
  return -1;
}

static bool is_socket_name(const char* name) {
  size_t size = strlen(name), end = sizeof suffix - 1;
  return size > end && strcmp(name + size - end, suffix) == 0;
}

/* The only socket in the directory that somebody listens on. */
static int connect_to_only(const char* directory) {
  DIR* entries = opendir(directory);
  if (entries == NULL) return view_fail(errno, "%s can't be read: %s.", directory, strerror(errno));
  char path[4096];
  int found = -1, count = 0;
  for (struct dirent* entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
    if (!is_socket_name(entry->d_name)) continue;
    int size = snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
    int connection = size > 0 && (size_t)size < sizeof path ? connect_to(path) : -1;
    if (connection < 0) continue;
    if (found >= 0) close(found);
    found = connection;
    ++count;
  }
  closedir(entries);
  if (count == 1) return found;
  if (found >= 0) close(found);
  return count == 0 ? view_fail(ENOENT, "No rspbridge is running: there is no session in %s.", directory)
                    : view_fail(EEXIST, "There are %d sessions in %s: name one.", count, directory);
}

int view_find(const char* session) {
  if (session != NULL && strchr(session, '/') != NULL) return connect_to(session);
  char directory[2048], path[4096];
  if (!directory_path(directory, sizeof directory))
    return view_fail(ENAMETOOLONG, "XDG_RUNTIME_DIR is too long.");
  if (check_directory(directory) != 0) return -1;
  if (session == NULL) return connect_to_only(directory);
  int size = snprintf(path, sizeof path, "%s/%s%s", directory, session, suffix);
  if (size < 0 || (size_t)size >= sizeof path)
    return view_fail(ENAMETOOLONG, "The session's name is too long.");
  return connect_to(path);
}
