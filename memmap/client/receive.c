/* One message with its descriptor. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "memmap/client/internal.h"

enum { MOST_FILES = 4 }; /* more than one is wrong, but must be closed */

/* Keeps the first descriptor and closes the others. Returns how many there were. */
static size_t take_files(struct msghdr* header, int* file) {
  size_t count = 0;
  for (struct cmsghdr* each = CMSG_FIRSTHDR(header); each != NULL; each = CMSG_NXTHDR(header, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
    size_t here = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < here; ++i, ++count) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(each) + i * sizeof descriptor, sizeof descriptor);
      if (count == 0)
        *file = descriptor;
      else
        close(descriptor);
    }
  }
  return count;
}

int view_receive(int socket, char* buffer, struct wire_message* message, int* file) {
  union {
    char bytes[CMSG_SPACE(MOST_FILES * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec bytes = {buffer, RSPBRIDGE_WIRE_MESSAGE_MAX};
  struct msghdr header = {
      .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t size;
  do size = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  *file = -1;
  if (size <= 0) return 0;
  size_t files = take_files(&header, file);
  bool valid = (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && files <= 1 &&
               wire_decode((const unsigned char*)buffer, (size_t)size, message);
  bool has_file =
      valid && (message->type == RSPBRIDGE_WIRE_HELLO || message->type == RSPBRIDGE_WIRE_VMAS_REPLY);
  if (valid && has_file == (files == 1)) return 1;
  if (*file >= 0) close(*file);
  *file = -1;
  return 0;
}
