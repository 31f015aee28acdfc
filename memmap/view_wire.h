/* Numbers that both ends of the view's socket share (docs/view.md). C and C++. */
#ifndef RSPBRIDGE_VIEW_WIRE_H
#define RSPBRIDGE_VIEW_WIRE_H

/* "RSPVIEW1", little-endian: begins a hello and the control page. */
#define RSPBRIDGE_WIRE_MAGIC UINT64_C(0x3157454956505352)
#define RSPBRIDGE_WIRE_VERSION 1

/* The size of the view in bytes: addresses are below it. The control page follows. */
#define RSPBRIDGE_WIRE_VIEW_SIZE (UINT64_C(1) << 48)

enum {
  /* Offsets in the control page, which lies behind the last address. */
  RSPBRIDGE_WIRE_CONTROL_MAGIC = 0,
  RSPBRIDGE_WIRE_CONTROL_STATE =
      8, /* stop id * 2, + 1 while the target runs; 64 bits, read and written whole */

  /* Types of messages: from the server */
  RSPBRIDGE_WIRE_HELLO = 1,
  RSPBRIDGE_WIRE_OK = 2,
  RSPBRIDGE_WIRE_FAILURE = 3,
  RSPBRIDGE_WIRE_VMAS_REPLY = 4,
  RSPBRIDGE_WIRE_STATE = 5,
  /* and from the client. */
  RSPBRIDGE_WIRE_ENSURE = 16,
  RSPBRIDGE_WIRE_VMAS = 17,

  /* Bits in `flags` of ENSURE */
  RSPBRIDGE_WIRE_WAIT = 1,

  /* Codes of FAILURE */
  RSPBRIDGE_WIRE_UNREADABLE = 1, /* the range can't be read from the target at this stop */
  RSPBRIDGE_WIRE_RUNNING = 2,    /* the target runs, and the request doesn't wait */
  RSPBRIDGE_WIRE_FULL = 3,       /* the view holds as much as it may */
  RSPBRIDGE_WIRE_LINK = 4,       /* the target can't be asked now */
  RSPBRIDGE_WIRE_REFUSED = 5,    /* the request can't be served at all */

  /* Bounds, in bytes unless they say otherwise */
  RSPBRIDGE_WIRE_MESSAGE_MAX = 32768,
  RSPBRIDGE_WIRE_ENSURE_MAX = 16 << 20, /* of `length` and of `ahead` each */
  RSPBRIDGE_WIRE_SESSION_MAX = 64,
  RSPBRIDGE_WIRE_SENTENCE_MAX = 512,
  RSPBRIDGE_WIRE_RANGES_MAX = 1024, /* ranges in one OK */
  RSPBRIDGE_WIRE_VMAS_TEXT_MAX = 64 << 20
};

#endif
